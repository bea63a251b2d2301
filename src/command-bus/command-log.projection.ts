import { readMetadata } from '../event-sourcing/codec.js';
import { isMadeHere } from '../event-sourcing/command.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Projection, TableSpec } from '../event-sourcing/projection.js';

/** Where the events of a command ended. */
export type RecordedCommandRow = Readonly<{
  command_id: string;
  stream: string;
  revision: number;
  position: string;
}>;

export const recordedCommands: TableSpec<RecordedCommandRow> = {
  name: 'command_log',
  columns: {
    command_id: { type: 'text' },
    stream: { type: 'text' },
    revision: { type: 'integer' },
    position: { type: 'text' },
  },
  primaryKey: ['command_id'],
};

/** The table as queries see it. */
export interface CommandLogTables {
  readonly command_log: RecordedCommandRow;
}

/**
 * Every command that ever had an effect and whose id can come again, so that one sent again, however late, gets the answer of its first run.
 *
 * A command writes to one stream. Should its id turn up in another stream, the first one stands.
 */
export const commandLogProjection: Projection = {
  name: 'command-log',
  version: 2,
  tables: [recordedCommands],
  async project(batch, rows) {
    const commands = rows.table(recordedCommands);
    const ends = batch
      .map((recorded) => ({ recorded, commandId: readMetadata(recorded).commandId }))
      .filter(({ commandId }) => !isMadeHere(commandId));
    await commands.load(ends.map(({ commandId }) => [commandId]));
    for (const { recorded, commandId } of ends) {
      const first = commands.get(commandId);
      if (first === undefined || first.stream === recorded.stream) commands.put(rowOf(commandId, recorded));
    }
  },
};

function rowOf(commandId: string, { stream, revision, position }: RecordedEvent): RecordedCommandRow {
  return { command_id: commandId, stream, revision: Number(revision), position };
}
