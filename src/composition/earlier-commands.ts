import type { Kysely } from 'kysely';
import type { CommandLogTables } from '../command-bus/command-log.projection.js';
import type { WaitUntilPassed } from '../command-bus/projected.command-log.js';
import type { RecordedCommand } from '../event-sourcing/command-log.js';
import type { EventReader } from '../event-sourcing/event-store.js';
import { eventsOfCommand } from '../event-sourcing/events-of-command.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import { imageCodec } from '../images/domain/image.codec.js';
import type { ImageEvent } from '../images/domain/image.events.js';
import type { EarlierCommands } from '../images/handlers/earlier-commands.js';

/** Looks earlier commands up in the log of commands, once that has passed everything that was there when it was asked. */
export class ProjectedEarlierCommands implements EarlierCommands {
  /** @param waitFor waits a bounded time for the log of commands */
  constructor(
    private readonly db: Kysely<CommandLogTables>,
    private readonly events: Pick<EventReader, 'head' | 'readStream'>,
    private readonly waitFor: WaitUntilPassed,
  ) {}

  async find(commandId: string): Promise<RecordedCommand | undefined> {
    await this.#upToDate(commandId);
    const row = await this.#rows().where('command_id', '=', commandId).executeTakeFirst();
    return row && recorded(row);
  }

  async eventsOf(commandId: string, found: RecordedCommand): Promise<readonly ImageEvent[]> {
    const events = await eventsOfCommand(this.events, commandId, found);
    return events.flatMap((event) => imageCodec.decode(event) ?? []);
  }

  async findAll(prefix: string): Promise<readonly RecordedCommand[]> {
    await this.#upToDate(prefix);
    const rows = await this.#rows()
      .where('command_id', '>=', prefix)
      .where('command_id', '<', beyond(prefix))
      .orderBy('position')
      .execute();
    return rows.map(recorded);
  }

  #rows() {
    return this.db.selectFrom('command_log').select(['stream', 'revision', 'position']);
  }

  async #upToDate(commandId: string): Promise<void> {
    const head = await this.events.head();
    if (head !== undefined && !(await this.waitFor(head))) {
      throw new StoreUnavailableError(
        `the log of commands has not come up to position ${head}, so whether command ${commandId} has run before is not known; send it again later`,
      );
    }
  }
}

function recorded(row: { readonly stream: string; readonly revision: number; readonly position: string }) {
  return { ...row, revision: BigInt(row.revision) };
}

/** The first text after all those that begin with this one, which is of ASCII. */
function beyond(prefix: string): string {
  return `${prefix}\u{7f}`;
}
