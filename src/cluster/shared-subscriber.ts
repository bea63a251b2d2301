import { comparePositions, hasPassed } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import type { Projection, SubscriberStatus } from '../event-sourcing/projection.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import { PositionWaiters } from '../event-sourcing/subscriber-waiters.js';
import type { WaitOptions } from '../event-sourcing/subscriber-waiters.js';
import type { Commit, Subscriber } from '../event-sourcing/subscribers.js';
import type { SharedGeneration } from './shared-state.js';

/** A subscriber as every node sees it, whichever runs it. */
export class SharedSubscriber implements Subscriber {
  readonly #waiters: PositionWaiters;
  readonly #listeners = new Set<(commit: Commit) => void>();
  #generation: Pick<SharedGeneration, 'number' | 'version' | 'complete'> | undefined;
  #checkpoint: Position | undefined;
  #told: SubscriberStatus | undefined;
  #movedSinceAsked = false;
  #ended = false;

  constructor(
    private readonly projection: Pick<Projection, 'name' | 'version'>,
    clock: Clock,
    /** Somebody waits for a position here. */
    private readonly awaited: (name: string, position: Position) => void,
    private readonly onListenerFault: (name: string, fault: unknown) => void,
  ) {
    this.#waiters = new PositionWaiters(clock);
  }

  get name(): string {
    return this.projection.name;
  }

  get ready(): boolean {
    return this.#generation?.version === this.projection.version && this.#generation.complete === 1;
  }

  /** True once there are tables, though they may still be filled. */
  get begun(): boolean {
    return this.#generation !== undefined;
  }

  get checkpoint(): Position | undefined {
    return this.#checkpoint;
  }

  waitFor(position: Position, options?: WaitOptions): Promise<boolean> {
    if (hasPassed(this.#checkpoint, position)) return Promise.resolve(true);
    if (this.#ended || this.#told?.state === 'failed') return Promise.resolve(false);
    this.awaited(this.name, position);
    return this.#waiters.wait(position, options);
  }

  onCommitted(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  status(): SubscriberStatus {
    const { name, version } = this.projection;
    const told = this.#told;
    return {
      ...(told ?? { state: 'starting', head: this.#checkpoint, lagMs: 0, eventsProcessed: 0 }),
      name,
      version,
      ready: this.ready,
      checkpoint: this.#checkpoint,
    };
  }

  /** The state is asked for now; what is heard meanwhile may be newer than the answer. */
  asked(): void {
    this.#movedSinceAsked = false;
  }

  /** What the holder of the lease says of it. */
  told(status: SubscriberStatus): void {
    // Where it is taken over, it starts for a moment where it was; queries go on meanwhile.
    if (status.state === 'starting' && this.#told !== undefined) return;
    this.#told = status;
    if (status.state === 'failed') this.#waiters.giveUp();
  }

  /** How the generation that queries see stands in the database. */
  seen(generation: SharedGeneration, anew: boolean): void {
    const before = this.#generation;
    const checkpoint = generation.checkpoint ?? undefined;
    this.#generation = generation;
    const another = before?.number !== generation.number;
    const order = comparePositions(checkpoint, this.#checkpoint);
    if (!another && !anew && (order === 0 || (order < 0 && this.#movedSinceAsked))) return;
    const newest = !another && this.#movedSinceAsked && order < 0 ? this.#checkpoint : checkpoint;
    const from = this.#checkpoint;
    this.#checkpoint = newest;
    if (newest === undefined) return;
    const known = another || anew || order < 0 ? {} : { changed: 'rows' as const };
    this.#tell({ projection: this.name, from, position: newest, events: undefined, ...known });
  }

  /** A commit to a generation, as it was told when it came about. */
  heard(generation: number, position: Position, rows: boolean): void {
    if (generation !== this.#generation?.number || hasPassed(this.#checkpoint, position)) return;
    this.committed({
      projection: this.name,
      from: this.#checkpoint,
      position,
      events: undefined,
      changed: rows ? 'rows' : 'nothing',
    });
  }

  /** A commit that this node itself has made. */
  committed(commit: Commit): void {
    if (commit.events !== undefined && comparePositions(this.#checkpoint, commit.position) > 0) return;
    this.#movedSinceAsked = true;
    this.#checkpoint = commit.position;
    this.#tell(commit);
  }

  /** Nothing more will be heard. */
  end(): void {
    this.#ended = true;
    this.#waiters.giveUp();
  }

  #tell(commit: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit);
      } catch (fault) {
        this.onListenerFault(this.name, fault);
      }
    }
    this.#waiters.passed(commit.position);
  }
}
