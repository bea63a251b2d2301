import { readMetadata } from './codec.js';
import type { RecordedCommand } from './command-log.js';
import type { RecordedEvent } from './event.js';
import type { EventReader } from './event-store.js';

const pageSize = 16;

/** The events that a command recorded, in order, found by where they end. */
export async function eventsOfCommand(
  reader: Pick<EventReader, 'readStream'>,
  commandId: string,
  { stream, revision }: Pick<RecordedCommand, 'stream' | 'revision'>,
): Promise<readonly RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for (let from = revision; ; from -= BigInt(pageSize)) {
    const page = await reader.readStream(stream, { from, direction: 'backwards', limit: pageSize });
    const own = page.findIndex((recorded) => readMetadata(recorded).commandId !== commandId);
    found.push(...(own < 0 ? page : page.slice(0, own)));
    if (own >= 0 || from < BigInt(pageSize)) return found.reverse();
  }
}
