import { invalidInput } from '../../http/refusal.js';

const ours = ['commands', 'queries', 'events'];

/**
 * Whoever may send a message says where its reply goes, and we may publish to where that sender perhaps may not: to our
 * own names, as if it were a command or an event, and to those that the server of NATS itself listens to (`$JS.API.…`).
 *
 * @throws Refusal when no reply is sent there
 */
export function requireReplyAddress(prefix: string, address: string): void {
  const isOurs = ours.some((name) => `${address}.`.startsWith(`${prefix}.${name}.`));
  if (!isOurs && !address.startsWith('$')) return;
  throw invalidInput(
    'reply-address-refused',
    `No reply is sent to ${address.slice(0, 200)}, which belongs to the service or the broker. Name an address of your own.`,
  );
}
