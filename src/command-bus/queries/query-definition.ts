import type { Principal } from '../../workspaces/authorization/principal.js';
import type { PayloadClass } from '../command-definition.js';

/** A question that was answered. */
export interface QueryAnswer {
  /** JSON. */
  readonly data: unknown;
  /** Of a list: where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

/** What the payload of every question names: who asks must be a member there. */
export interface InWorkspace {
  readonly workspace: string;
}

/** One question of the bus: its name, the shape of its payload, and how it is answered. */
export interface QueryDefinition {
  readonly type: string;
  readonly payload: PayloadClass<InWorkspace>;
  answer(payload: InWorkspace, asker: Principal): Promise<QueryAnswer>;
}

/** Ties a question's name to its payload class and to what answers it. The answer may throw a Refusal. */
export function defineQuery<P extends InWorkspace>(
  type: string,
  payload: PayloadClass<P>,
  answer: (payload: P, asker: Principal) => Promise<QueryAnswer>,
): QueryDefinition {
  return {
    type,
    payload,
    answer(given, asker) {
      if (!(given instanceof payload)) throw new TypeError(`the payload of ${type} was not validated`);
      return answer(given, asker);
    },
  };
}
