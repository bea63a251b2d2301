import type { Kysely } from 'kysely';
import type { CommandLog, RecordedCommand } from '../event-sourcing/command-log.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { Position } from '../event-sourcing/position.js';
import type { CommandLogTables } from './command-log.projection.js';

/** Resolves to true once queries see everything up to the position, to false when that does not come about in bounded time. */
export type WaitUntilPassed = (position: Position) => Promise<boolean>;

/** Looks commands up in the table that {@link commandLogProjection} keeps. */
export class ProjectedCommandLog implements CommandLog {
  /**
   * @param waitFor must wait a bounded time; for example
   *   `(position) => host.get('command-log').waitFor(position, { timeoutMs: 5_000 })`
   */
  constructor(
    private readonly db: Kysely<CommandLogTables>,
    private readonly waitFor: WaitUntilPassed,
  ) {}

  async find(commandId: string, passed: Position | undefined): Promise<RecordedCommand | undefined> {
    if (passed !== undefined && !(await this.waitFor(passed)))
      throw new StoreUnavailableError(
        `the log of commands has not come up to position ${passed}, so whether command ${commandId} has run before is not known; send it again later`,
      );
    const row = await this.db
      .selectFrom('command_log')
      .select(['stream', 'revision', 'position'])
      .where('command_id', '=', commandId)
      .executeTakeFirst();
    return row === undefined
      ? undefined
      : { stream: row.stream, revision: BigInt(row.revision), position: row.position };
  }
}
