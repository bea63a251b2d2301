import { randomUUID } from 'node:crypto';
import type { CommandContext } from '../../src/event-sourcing/command.js';

/** A context as a door would make it, with what matters to the test put in. */
export function aContext(given: Partial<CommandContext> = {}): CommandContext {
  return {
    commandId: randomUUID(),
    repeatable: given.commandId !== undefined,
    correlationId: 'test',
    principal: 'user:tester',
    via: 'test',
    occurredAt: '2026-01-01T00:00:00.000Z',
    ...given,
  };
}
