import type { ErrorBody } from '../http/error-response.js';
import { toErrorResponse } from '../http/error-response.js';
import { Refusal } from '../http/refusal.js';
import type { CommandAnswer } from './command-definition.js';

/** What goes back to the sender of an envelope. */
export type CommandReply =
  | {
      readonly id: string | null;
      readonly outcome: 'accepted' | 'already-so';
      readonly stream?: string;
      readonly revision?: number;
      readonly position?: string;
      readonly result?: Readonly<Record<string, unknown>>;
    }
  | ({ readonly id: string | null; readonly outcome: 'rejected' | 'failed' } & ErrorBody);

/** The reply to a command that was answered. */
export function replyTo(id: string, answer: CommandAnswer): CommandReply {
  if (answer.kind === 'rejected') return failureReply(id, new Refusal(answer.rejection));
  const { kind, stream, revision, position, result } = answer;
  return {
    id,
    outcome: kind,
    ...(stream !== undefined && { stream }),
    ...(revision !== undefined && { revision: Number(revision) }),
    ...(position !== undefined && { position }),
    ...(result !== undefined && { result }),
  };
}

/** The reply to a command that was refused or failed: `failed` may be sent again, `rejected` would be again. */
export function failureReply(id: string | null, thrown: unknown): CommandReply {
  const { body } = toErrorResponse(thrown);
  return { id, outcome: body.code >= 500 ? 'failed' : 'rejected', ...body };
}
