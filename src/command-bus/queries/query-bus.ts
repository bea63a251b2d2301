import { Refusal, invalidInput } from '../../http/refusal.js';
import { validated } from '../../http/validation.js';
import type { AccessDirectory } from '../../workspaces/authorization/access-directory.js';
import { authorize } from '../../workspaces/authorization/authorize.js';
import type { Principal } from '../../workspaces/authorization/principal.js';
import type { PayloadClass } from '../command-definition.js';
import type { QueryAnswer, QueryDefinition } from './query-definition.js';
import { QueryEnvelopeDto } from './query-envelope.dto.js';

/** Takes questions from any transport to what answers them over HTTP too, under the same rights. */
export class QueryBus {
  readonly #definitions: ReadonlyMap<string, QueryDefinition>;

  constructor(
    definitions: readonly QueryDefinition[],
    private readonly directory: Pick<AccessDirectory, 'roleOf'>,
  ) {
    this.#definitions = new Map(definitions.map((definition) => [definition.type, definition]));
  }

  /** The class of each question's payload, by the name of the question. */
  get payloads(): ReadonlyMap<string, PayloadClass<object>> {
    return new Map([...this.#definitions].map(([type, { payload }]) => [type, payload]));
  }

  /** A checked envelope. @throws Refusal naming the fields at fault */
  parse(envelope: unknown): QueryEnvelopeDto {
    return validated(QueryEnvelopeDto, envelope);
  }

  /**
   * Answers one question.
   *
   * @throws Refusal when there is no such question, its payload is not valid, it may not be asked, or there is no answer
   * @throws StoreUnavailableError when it cannot be answered now
   */
  async ask(envelope: QueryEnvelopeDto, asker: Principal): Promise<QueryAnswer> {
    const definition = this.#definitions.get(envelope.type);
    if (definition === undefined) {
      throw invalidInput(
        'unknown-query',
        `There is no query ${envelope.type}. The queries are ${[...this.#definitions.keys()].join(', ')}.`,
      );
    }
    const payload = validated(definition.payload, envelope.data);
    const authorization = await authorize(this.directory, asker, payload.workspace, 'member');
    if (authorization.kind === 'refused') throw new Refusal(authorization.rejection);
    return definition.answer(payload, asker);
  }
}
