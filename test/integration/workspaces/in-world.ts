import { randomUUID } from 'node:crypto';
import type { CommandAnswer } from '../../../src/command-bus/command-definition.js';
import type { Principal } from '../../../src/workspaces/authorization/principal.js';
import type { World } from '../../support/world.js';

export const user = (sub: string, email?: string): Principal => ({
  kind: 'user',
  sub,
  ...(email !== undefined && { email }),
});

/** Sends a command as any principal, in the name of another one perhaps. */
export function sendAs(
  world: World,
  sender: Principal,
  type: string,
  data: Readonly<Record<string, unknown>>,
  { id = randomUUID(), principal }: { readonly id?: string; readonly principal?: string } = {},
): Promise<CommandAnswer> {
  const { bus } = world.service;
  const envelope = { id, type, data, ...(principal !== undefined && { principal }) };
  return bus.dispatch(bus.parse(envelope), {
    sender,
    via: 'test',
    receivedAt: world.clock.text,
    correlationId: id,
  });
}

/** What the sender of a command was told beside that it was accepted. */
export function resultOf(answer: CommandAnswer): Readonly<Record<string, unknown>> {
  if (answer.kind === 'rejected') throw new Error(`rejected: ${answer.rejection.message}`);
  return answer.result ?? {};
}

/** One text of it. */
export function textOf(answer: CommandAnswer, name: string): string {
  const value = resultOf(answer)[name];
  if (typeof value !== 'string') throw new Error(`there is no ${name} in ${JSON.stringify(answer)}`);
  return value;
}
