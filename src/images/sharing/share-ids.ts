import { v5 as uuidv5 } from 'uuid';
import { slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';

/** The namespace of share ids derived from commands (RFC 9562, version 5). */
const shareIdNamespace = 'c8f1a2de-4f0b-5b51-8a3e-1f6d2f0a9b77';

/** The share a command asks for: the same command always means the same share, and no other command does. */
export function shareIdOf(commandId: string, slot: Slot, target: string): string {
  return uuidv5(`${commandId} ${slotLabel(slot)} ${target}`, shareIdNamespace);
}
