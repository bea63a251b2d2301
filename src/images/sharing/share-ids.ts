import { v5 as uuidv5 } from 'uuid';

/** The namespace of share ids derived from command ids (RFC 9562, version 5). */
const shareIdNamespace = 'c8f1a2de-4f0b-5b51-8a3e-1f6d2f0a9b77';

/** The share a command asks for: the same command always means the same share. */
export function shareIdOf(commandId: string): string {
  return uuidv5(commandId, shareIdNamespace);
}
