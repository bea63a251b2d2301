import { v5 as uuidv5 } from 'uuid';
import type { Aggregate } from './aggregate.js';
import { CellCache } from './cell-cache.js';
import { CellLoader } from './cell-loader.js';
import { isMadeHere } from './command.js';
import type { CommandContext, CommandOutcome } from './command.js';
import type { CommandLog, RecordedCommand } from './command-log.js';
import type { Rejection } from './decider.js';
import type { DomainEvent, EventMetadata, NewEvent } from './event.js';
import type { AppendResult, EventStore } from './event-store.js';
import { eventsOfCommand } from './events-of-command.js';
import { CommandIdReusedError, TooMuchContentionError } from './faults.js';
import { KeyedQueue } from './keyed-queue.js';
import type { Position } from './position.js';
import type { SnapshotStore } from './snapshot-store.js';
import { advance, isBroken } from './stream-cell.js';
import type { StreamCell } from './stream-cell.js';

export interface CommandExecutorOptions<C, E extends DomainEvent, S, R extends Rejection> {
  readonly store: EventStore;
  readonly aggregate: Aggregate<C, E, S, R>;
  readonly commandLog: CommandLog;
  readonly snapshots?: SnapshotStore;
  /**
   * True when no other process appends to these streams. Commands on one stream are then decided one
   * upon another without waiting for the disk in between, and share its flush. With other writers
   * about, a command waits for the one before it: an append that slips in between would otherwise let
   * a later one succeed on a state that never was.
   */
  readonly soleWriter: boolean;
  /** Bound of the state cache, in units of {@link Aggregate.weight}. Default 200,000. */
  readonly cacheWeight?: number;
  /** How often a command is decided afresh after a conflict before it gives up. Default 12. */
  readonly maxAttempts?: number;
  /** Told when a snapshot could not be written or used; commands go on without it. */
  readonly onSnapshotFault: (fault: unknown, stream: string) => void;
}

/** The namespace of event ids derived from command ids (RFC 9562, version 5). */
const eventIdNamespace = '5a2f7c0e-7f55-4c0b-9d2e-6a1f3b8c4d10';

/** The id of the n-th event of a command; the same command always has the same ids. An id made here serves for its first event, too. */
export function eventIdOf(commandId: string, index: number): string {
  if (index === 0 && isMadeHere(commandId)) return commandId;
  return uuidv5(`${commandId}/${index}`, eventIdNamespace);
}

/**
 * Turns commands into events: load the stream's state, decide, append at the revision decided on.
 *
 * Guarantees: a command id has one effect for ever; an accepted command is durable when the promise
 * resolves; a rejection or "already so" rests on durable events only; conflicts are retried with
 * fresh state a bounded number of times.
 */
export class CommandExecutor<C, E extends DomainEvent, S, R extends Rejection> {
  readonly #options: CommandExecutorOptions<C, E, S, R>;
  readonly #loader: CellLoader<C, E, S, R>;
  readonly #cells: CellCache<S>;
  readonly #turns = new KeyedQueue();
  readonly #maxAttempts: number;

  constructor(options: CommandExecutorOptions<C, E, S, R>) {
    this.#options = options;
    this.#loader = new CellLoader(options.store, options.aggregate, options.snapshots, options.onSnapshotFault);
    this.#cells = new CellCache({
      load: (stream) => this.#loader.load(stream),
      maxWeight: options.cacheWeight ?? 200_000,
      weight: (state) => options.aggregate.weight(state),
    });
    this.#maxAttempts = options.maxAttempts ?? 12;
  }

  /** The durable state of a stream, as fresh as the store. */
  async load(
    stream: string,
  ): Promise<{ readonly state: S; readonly revision: bigint | undefined; readonly position: Position | undefined }> {
    return this.#inTurn(stream, async () => {
      for (;;) {
        const loaded = await this.#cells.use(stream, async (cell) => {
          await this.#refresh(stream, cell);
          const { state, revision } = cell;
          await cell.settled;
          if (isBroken(cell)) return 'retry';
          return { state, revision: revision === 'no-stream' ? undefined : revision, position: cell.position };
        });
        if (loaded !== 'retry') return loaded;
      }
    });
  }

  /**
   * Runs one command on one stream.
   *
   * @throws StoreUnavailableError when the store cannot take it; sending it again with the same id is safe
   * @throws TooMuchContentionError when the stream changed under it too often
   * @throws CommandIdReusedError when the id was used for another command before
   */
  async execute(stream: string, command: C, context: CommandContext): Promise<CommandOutcome<R>> {
    if (context.repeatable && isMadeHere(context.commandId))
      throw new TypeError(`the command id ${context.commandId} does not say who chose it, so it cannot come again`);
    return this.#inTurn(stream, async () => {
      for (let attempt = 1; attempt <= this.#maxAttempts; attempt++) {
        const outcome = await this.#cells.use(stream, (cell) =>
          this.#attempt(stream, cell, command, context, attempt > 1),
        );
        if (outcome !== 'retry') return outcome;
      }
      throw new TooMuchContentionError(stream, this.#maxAttempts);
    });
  }

  /** With other writers about, one command at a time works on a stream's state. */
  #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    return this.#options.soleWriter ? work() : this.#turns.run(stream, work);
  }

  async #attempt(
    stream: string,
    cell: StreamCell<S>,
    command: C,
    context: CommandContext,
    refresh: boolean,
  ): Promise<CommandOutcome<R> | 'retry'> {
    if (refresh) await this.#refresh(stream, cell);
    if (context.repeatable) {
      const earlier = await this.#earlierRun(stream, cell, context.commandId);
      if (earlier !== undefined) return this.#answerAgain(command, context, earlier);
    }
    if (isBroken(cell)) return 'retry';

    const known = cell.recent.get(context.commandId);
    if (known !== undefined) {
      await cell.settled;
      if (isBroken(cell) || known.position === undefined) return 'retry';
      return this.#answerAgain(command, context, { stream, revision: known.revision, position: known.position });
    }

    const decision = this.#options.aggregate.decider.decide(command, cell.state);
    if (decision.kind === 'events') return this.#append(stream, cell, decision.events, context);

    await cell.settled;
    if (isBroken(cell)) return 'retry';
    if (!this.#options.soleWriter && !refresh && (await this.#loader.catchUp(stream, cell))) return 'retry';
    if (decision.kind === 'rejected') return decision;
    return {
      kind: 'already-so',
      stream,
      revision: cell.revision === 'no-stream' ? undefined : cell.revision,
      position: cell.position,
    };
  }

  /** The answer of the first run, to the same command. Ids that are made here are never those of another one. */
  async #answerAgain(command: C, context: CommandContext, earlier: RecordedCommand): Promise<CommandOutcome<R>> {
    const { commandId, repeatable } = context;
    if (repeatable) {
      const { store, aggregate } = this.#options;
      const recorded = await eventsOfCommand(store, commandId, earlier);
      const events = recorded.flatMap((event) => aggregate.codec.decode(event) ?? []);
      if (!aggregate.isOutcome(command, events)) throw new CommandIdReusedError(commandId, earlier.stream);
    }
    return { kind: 'accepted', ...earlier };
  }

  /** Asks the command log about what the fold has forgotten, until nothing was forgotten meanwhile. */
  async #earlierRun(stream: string, cell: StreamCell<S>, commandId: string): Promise<RecordedCommand | undefined> {
    for (;;) {
      const { floor } = cell.recent;
      const found = await this.#options.commandLog.find(commandId, floor);
      if (found !== undefined) {
        if (found.stream !== stream) throw new CommandIdReusedError(commandId, found.stream);
        return found;
      }
      if (cell.recent.floor === floor) return undefined;
    }
  }

  async #append(
    stream: string,
    cell: StreamCell<S>,
    decided: readonly E[],
    context: CommandContext,
  ): Promise<CommandOutcome<R> | 'retry'> {
    const expected = cell.revision;
    const { decider } = this.#options.aggregate;
    cell.state = decided.reduce((state, event) => decider.evolve(state, event), cell.state);
    const revision = advance(expected, decided.length);
    cell.revision = revision;
    const noted = cell.recent.note(context.commandId, revision, undefined);
    const saveSnapshot = this.#loader.snapshotIfDue(stream, cell);

    const appending = this.#options.store.append(stream, expected, this.#encode(decided, context));
    const settled = appending.then(
      (result) => {
        if (result.kind === 'conflict') this.#cells.discard(stream, cell);
        else {
          noted.position = result.position;
          cell.position = result.position;
        }
      },
      () => {
        this.#cells.discard(stream, cell);
      },
    );
    cell.settled = settled;
    const result: AppendResult = await appending;
    await settled;
    if (cell.settled === settled) cell.settled = undefined;
    if (result.kind === 'conflict') return 'retry';
    saveSnapshot?.();
    this.#cells.reweigh(stream, cell);
    return { kind: 'accepted', stream, revision: result.revision, position: result.position };
  }

  #encode(decided: readonly E[], context: CommandContext): NewEvent[] {
    return decided.map((event, index) => {
      const { type, data, schemaVersion } = this.#options.aggregate.codec.encode(event);
      return { id: eventIdOf(context.commandId, index), type, data, metadata: metadataOf(context, schemaVersion) };
    });
  }

  /** With other writers about, there may be more in the store than a cell knows of. */
  async #refresh(stream: string, cell: StreamCell<S>): Promise<void> {
    if (!this.#options.soleWriter) await this.#loader.catchUp(stream, cell);
  }
}

function metadataOf(context: CommandContext, schemaVersion: number): EventMetadata {
  return {
    commandId: context.commandId,
    correlationId: context.correlationId,
    ...(context.causationId !== undefined && { causationId: context.causationId }),
    principal: context.principal,
    ...(context.actor !== undefined && { actor: context.actor }),
    via: context.via,
    occurredAt: context.occurredAt,
    ...(context.reason !== undefined && { reason: context.reason }),
    schemaVersion,
  };
}
