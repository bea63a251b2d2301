import { readMetadata } from '../../src/event-sourcing/codec.js';
import type { CommandLog, RecordedCommand } from '../../src/event-sourcing/command-log.js';
import type { EventReader } from '../../src/event-sourcing/event-store.js';

/** Answers from the log itself: slow and always right. */
export class LogScanningCommandLog implements CommandLog {
  asked = 0;

  constructor(private readonly reader: EventReader) {}

  async find(commandId: string): Promise<RecordedCommand | undefined> {
    this.asked++;
    let found: RecordedCommand | undefined;
    let after: string | undefined;
    for (;;) {
      const page = await this.reader.readAll({ after, limit: 1_000 });
      for (const { metadata, ...event } of page.map((recorded) => ({
        ...pick(recorded),
        metadata: readMetadata(recorded),
      }))) {
        if (metadata.commandId === commandId) found = event;
      }
      const last = page.at(-1);
      if (last === undefined) return found;
      after = last.position;
    }
  }
}

function pick({ stream, revision, position }: RecordedCommand): RecordedCommand {
  return { stream, revision, position };
}
