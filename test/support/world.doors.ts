import { isDeepStrictEqual } from 'node:util';
import type { NatsConnection } from '@nats-io/transport-node';
import { signMessage } from '../../src/message-token/message-token.js';
import type { Door, Heard, Reply } from './world.senders.js';

/** Who the commands of senders are from: see `Neighbourhood`. */
const principal = 'user:all';

const patienceMs = 4_000;
const tokenSeconds = 600;
const twiceEvery = 4;

/** Over HTTP, with the operator key, to where the service is at the time. */
export function httpDoor(url: () => string, operatorKey: string): Door {
  return async ({ id, type, data }) => {
    try {
      const response = await fetch(`${url()}/v0/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, type, data, principal }),
        signal: AbortSignal.timeout(patienceMs),
      });
      return heardIn(await response.json());
    } catch {
      // Whatever has come in between: nothing was heard.
      return { kind: 'nothing' };
    }
  };
}

/** Over NATS, signed with the operator key. */
export function natsDoor(connection: NatsConnection, prefix: string, operatorKey: string): Door {
  return async ({ id, type, data }) => {
    const envelope = { id, type, data, principal };
    const token = await signMessage(operatorKey, envelope, tokenSeconds, Date.now());
    try {
      const message = JSON.stringify({ ...envelope, token });
      const reply = await connection.request(`${prefix}.commands`, message, { timeout: patienceMs });
      return heardIn(reply.json());
    } catch {
      return { kind: 'nothing' };
    }
  };
}

/** Each command takes the next of these ways, and some take two at the same moment. */
export function inTurn(doors: readonly [Door, ...Door[]]): Door {
  let next = 0;
  return async (command) => {
    const door = doors[next % doors.length] ?? doors[0];
    const other = doors[(next + 1) % doors.length] ?? doors[0];
    next += 1;
    return next % twiceEvery === 0 ? agreed(await Promise.all([door(command), other(command)])) : door(command);
  };
}

/**
 * What was heard of one command on two ways. Accepted on both it has one effect and one answer; what had no effect on one
 * of them is not remembered, and was answered by the world at that moment.
 */
function agreed([one, other]: readonly [Heard, Heard]): Heard {
  if (one.kind === 'nothing' || other.kind === 'nothing') return { kind: 'nothing' };
  if (other.reply.outcome !== 'accepted') return one;
  if (one.reply.outcome !== 'accepted' || isDeepStrictEqual(one.reply, other.reply)) return other;
  // A cleanup takes what there is to clean, and leaves nothing to the other.
  if (one.reply.stream === undefined && other.reply.stream === undefined) return one;
  return { ...one, fault: `${JSON.stringify(one.reply)} and, on another way, ${JSON.stringify(other.reply)}` };
}

function heardIn(document: unknown): Heard {
  const { outcome, stream, revision, result, code, error, message } = document as Partial<Reply> & {
    readonly code?: number;
    readonly error?: string;
    readonly message?: string;
  };
  if (outcome === 'failed' || (code !== undefined && code >= 500)) return { kind: 'nothing' };
  const reply = {
    outcome: outcome ?? 'none',
    ...(stream !== undefined && { stream }),
    ...(revision !== undefined && { revision }),
    ...(result !== undefined && { result }),
  };
  return outcome === undefined
    ? { kind: 'reply', reply, fault: `${code ?? '?'} ${error ?? ''}: ${message ?? ''}` }
    : { kind: 'reply', reply };
}
