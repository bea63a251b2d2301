import { hash, randomBytes } from 'node:crypto';
import type { CommandContext } from '../../event-sourcing/command.js';

type Subject = 'account' | 'service-account' | 'api-key' | 'webhook';

/**
 * 16 to 32 hex digits for a thing that a command makes. A command that may be sent again always makes the same: its id
 * has its sender in it, so that nobody can arrive at the ids of others.
 */
export function idFor(subject: Subject, { commandId, repeatable }: CommandContext): string {
  if (!repeatable) return randomBytes(10).toString('hex');
  return hash('sha256', `${subject}\n${commandId}`, 'hex').slice(0, 32);
}
