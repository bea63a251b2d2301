import type { Logger } from 'pino';
import type { Aggregate } from '../event-sourcing/aggregate.js';
import { CommandExecutor } from '../event-sourcing/command-executor.js';
import type { CommandLog } from '../event-sourcing/command-log.js';
import type { Rejection } from '../event-sourcing/decider.js';
import type { DomainEvent } from '../event-sourcing/event.js';
import type { Stores } from './open-stores.js';

/** Makes what carries out the commands of an aggregate. One for each aggregate: it decides them one upon another. */
export type ExecutorFor = <C, E extends DomainEvent, S, R extends Rejection>(
  aggregate: Aggregate<C, E, S, R>,
) => CommandExecutor<C, E, S, R>;

/** Executors over the service's event store and command log. */
export function commandExecutors(stores: Stores, commandLog: CommandLog, logger: Logger): ExecutorFor {
  return (aggregate) =>
    new CommandExecutor({
      store: stores.events,
      aggregate,
      commandLog,
      snapshots: stores.readModel.snapshots,
      soleWriter: stores.soleWriter,
      onSnapshotFault: (err, stream) => {
        logger.warn({ err, stream }, 'a snapshot could not be used; the stream is read from its beginning');
      },
    });
}
