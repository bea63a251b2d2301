import { CommandExecutor } from '../../src/event-sourcing/command-executor.js';
import type { CommandExecutorOptions } from '../../src/event-sourcing/command-executor.js';
import type { Rejection } from '../../src/event-sourcing/decider.js';
import type { EventStore } from '../../src/event-sourcing/event-store.js';
import { LogScanningCommandLog } from './log-scanning.command-log.js';
import { tally } from './tally.js';
import type { TallyCommand, TallyEvent, TallyState } from './tally.js';

type Options = CommandExecutorOptions<TallyCommand, TallyEvent, TallyState, Rejection>;

/** An executor of tallies that alone writes its store. A snapshot that cannot be used is thrown. */
export function tallyExecutor(
  store: EventStore,
  given: Partial<Options> = {},
): CommandExecutor<TallyCommand, TallyEvent, TallyState, Rejection> {
  return new CommandExecutor({
    store,
    aggregate: tally,
    commandLog: new LogScanningCommandLog(store),
    soleWriter: true,
    onSnapshotFault: (fault) => {
      throw fault;
    },
    ...given,
  });
}

/** A store with some of its calls replaced. */
export function wrapped(inner: EventStore, replaced: Partial<EventStore>): EventStore {
  return {
    storeId: inner.storeId,
    append: (stream, expected, events) => inner.append(stream, expected, events),
    readStream: (stream, options) => inner.readStream(stream, options),
    readAll: (options) => inner.readAll(options),
    head: () => inner.head(),
    end: () => inner.end(),
    isPosition: (text) => inner.isPosition(text),
    subscribeAll: (options) => inner.subscribeAll(options),
    close: () => inner.close(),
    ...replaced,
  };
}
