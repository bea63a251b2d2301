import type { SubscriberStatus } from '../event-sourcing/projection.js';
import type { Position } from '../event-sourcing/position.js';
import { sleep } from '../event-sourcing/subscriber-clock.js';
import type { WaitOptions } from '../event-sourcing/subscriber-waiters.js';
import type { Steered, SubscriberAction, Subscribers } from '../event-sourcing/subscribers.js';
import type { ClusterNotice } from '../read-model/postgres/term-fence.js';
import type { ClusterParts, ClusterStatus } from './cluster-parts.js';
import { CoordinationConnection } from './coordination-connection.js';
import { Lease } from './lease.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Orders } from './orders.js';
import { SharedStateLink } from './shared-state-link.js';
import { readStatuses } from './shared-state.js';
import type { SharedOrder, SharedState } from './shared-state.js';
import { SharedSubscriber } from './shared-subscriber.js';
import { TermOfOffice } from './term-of-office.js';

const ttlMs = 3_000;
const startWithinMs = 60_000;

/** A term of this node's, and what stands paused in it: an order of a term before must not reach into the next. */
interface Office {
  readonly term: number;
  readonly of: TermOfOffice;
  readonly paused: Set<string>;
}

/**
 * The subscribers of a cluster: the node that holds the lease runs them, and all see how far they have come.
 */
export class ClusterSubscribers implements Subscribers {
  readonly #shared = new Map<string, SharedSubscriber>();
  readonly #keeper: LeaseKeeper;
  readonly #link: SharedStateLink;
  readonly #orders: Orders;
  readonly #taken = new Set<number>();
  readonly #ending = new Set<Promise<void>>();
  #office: Office | undefined;
  #holder: string | undefined;
  #seen: (() => void) | undefined;
  #stopping = false;
  #complained = false;

  constructor(private readonly parts: ClusterParts) {
    const { settings, clock, holder } = parts;
    for (const projection of parts.projections)
      this.#shared.set(
        projection.name,
        new SharedSubscriber(
          projection,
          clock,
          (name, position) => {
            // The holder lets no more events gather.
            void this.#office?.of.host.get(name).waitFor(position, { timeoutMs: 0 });
          },
          (name, error) => {
            parts.report({ name, version: projection.version, kind: 'listener-failed', error });
          },
        ),
      );
    const connect = (lost: (error: Error) => void) => CoordinationConnection.open(settings, lost);
    const onFault = (fault: unknown): void => {
      this.#complain(fault);
    };
    this.#orders = new Orders(parts.database, settings.schema, holder.node, clock);
    this.#keeper = new LeaseKeeper({
      lease: new Lease(settings.schema, holder, ttlMs),
      connect,
      begun: (term, paused) => {
        this.#begin(term, paused);
      },
      ended: (term, reason) => {
        this.#end(term, reason);
      },
      statuses: () => this.#statuses(),
      onFault,
    });
    this.#link = new SharedStateLink({
      schema: settings.schema,
      connect,
      noticed: (notice) => {
        this.#heard(notice);
      },
      asking: () => {
        for (const shared of this.#shared.values()) shared.asked();
      },
      state: (state, anew) => {
        this.#saw(state, anew);
      },
      doubted: parts.doubted,
      onFault,
    });
  }

  /** True while what other nodes commit is known here within a moment. Answers kept in memory are good only then. */
  get fresh(): boolean {
    return this.#link.fresh;
  }

  get cluster(): ClusterStatus {
    return {
      node: this.parts.holder.node,
      holder: this.#holder,
      holds: this.#keeper.term !== undefined,
      fresh: this.fresh,
    };
  }

  /**
   * Begins to look on and to ask for the lease. Resolves when there are tables to query, whoever made them.
   *
   * @throws ReadModelMismatchError when the read model does not belong to the event store
   */
  async start(): Promise<void> {
    await this.parts.store.attach(this.parts.reader);
    try {
      await this.#startAndSee();
    } catch (fault) {
      await this.stop();
      throw fault;
    }
  }

  async #startAndSee(): Promise<void> {
    const begun = new Promise<void>((resolve) => {
      this.#seen = () => {
        if ([...this.#shared.values()].every((shared) => shared.begun)) resolve();
      };
    });
    this.#link.start();
    this.#keeper.start();
    const inTime = new AbortController();
    const tooLate = sleep(this.parts.clock, startWithinMs, inTime.signal).then(() => {
      if (!inTime.signal.aborted)
        throw new Error('no node of the cluster has made the tables of the read model in time; see their logs');
    });
    await Promise.race([begun, tooLate]);
    inTime.abort();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // In order: what is in hand is written, then the lease goes to another node, which finds it all done.
    await this.#keeper.stop(async () => {
      await this.#office?.of.end();
    });
    await Promise.all(this.#ending);
    await this.#link.stop();
    for (const shared of this.#shared.values()) shared.end();
  }

  recheck(): void {
    this.#link.look();
    this.#office?.of.host.recheck();
  }

  get(name: string): SharedSubscriber {
    const shared = this.#shared.get(name);
    if (shared === undefined)
      throw new RangeError(`there is no projection ${name}; there are ${[...this.#shared.keys()].join(', ')}`);
    return shared;
  }

  get ready(): boolean {
    return [...this.#shared.values()].every(({ ready }) => ready);
  }

  statuses(): readonly SubscriberStatus[] {
    return [...this.#shared.values()].map((shared) => shared.status());
  }

  async waitFor(
    position: Position,
    options?: WaitOptions & { readonly projections?: readonly string[] },
  ): Promise<boolean> {
    const shared = options?.projections?.map((name) => this.get(name)) ?? [...this.#shared.values()];
    const passed = await Promise.all(shared.map((one) => one.waitFor(position, options)));
    return passed.every((one) => one);
  }

  async steer(name: string, action: SubscriberAction): Promise<Steered> {
    this.get(name);
    return this.#orders.give(name, action);
  }

  #begin(term: number, paused: readonly string[]): void {
    const of = new TermOfOffice({
      store: this.parts.inTerm(term),
      surroundings: {
        ...this.parts,
        // Nodes that wait for a position see only what is written.
        tuning: { ...this.parts.tuning, saveEveryMs: 0 },
      },
      projections: this.parts.projections,
      tasks: this.parts.tasks,
      committed: (commit) => {
        this.#shared.get(commit.projection)?.committed(commit);
      },
      over: (reason) => {
        this.#keeper.resign(term, reason);
      },
    });
    const office: Office = { term, of, paused: new Set(paused) };
    this.#office = office;
    this.#holder = this.parts.holder.node;
    this.parts.tell({ kind: 'term-begun', term });
    of.begin(office.paused);
  }

  #end(term: number, reason: string): void {
    const office = this.#office;
    if (office?.term !== term) return;
    this.#office = undefined;
    this.parts.tell({ kind: 'term-ended', term, reason });
    const ending: Promise<void> = office.of
      .end()
      .catch((fault: unknown) => {
        this.parts.tell({ kind: 'trouble', fault });
      })
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #statuses(): string | undefined {
    if (this.#stopping || this.#office === undefined) return undefined;
    return JSON.stringify(this.#office.of.host.statuses());
  }

  /** Once, until all is well again: it is tried again several times a second. */
  #complain(fault: unknown): void {
    if (!this.#complained) this.parts.tell({ kind: 'trouble', fault });
    this.#complained = true;
  }

  #heard(notice: ClusterNotice): void {
    if (notice.kind === 'commit')
      this.#shared.get(notice.projection)?.heard(notice.generation, notice.checkpoint, notice.rows);
    else if (this.#office === undefined) this.#keeper.look();
  }

  #saw({ live, lease, orders }: SharedState, anew: boolean): void {
    this.#complained = false;
    for (const generation of live) this.#shared.get(generation.projection)?.seen(generation, anew);
    const valid = lease?.valid === true && lease.holder !== null;
    this.#holder = valid ? lease.node : undefined;
    // Until the next holder has told something, what the last one told is the best there is.
    const told = this.#office?.of.host.statuses() ?? (lease === null ? [] : readStatuses(lease.statuses));
    if (!this.#stopping) for (const status of told) this.#shared.get(status.name)?.told(status);
    for (const order of orders) this.#carryOut(order);
    this.#seen?.();
  }

  #carryOut(order: SharedOrder): void {
    const office = this.#office;
    // Those that come before it is under way are seen again.
    if (office?.of.underWay !== true || this.#taken.has(order.id)) return;
    this.#taken.add(order.id);
    const act = async (): Promise<Steered> => {
      const steered = await office.of.host.steer(order.projection, order.action);
      if (steered.kind === 'done') await this.#notePaused(order, office);
      return steered;
    };
    this.#orders.carryOut(order, office.term, act).catch((fault: unknown) => {
      this.parts.tell({ kind: 'trouble', fault });
    });
  }

  async #notePaused({ projection, action }: SharedOrder, { term, paused }: Office): Promise<void> {
    switch (action) {
      case 'pause':
        paused.add(projection);
        break;
      case 'resume':
      case 'retry':
        paused.delete(projection);
        break;
      case 'rebuild':
        return;
    }
    await this.#orders.notePaused(term, [...paused]);
    this.#keeper.look();
  }
}
