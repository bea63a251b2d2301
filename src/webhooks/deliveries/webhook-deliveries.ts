import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep } from '../../event-sourcing/subscriber-clock.js';
import type { WebhookDirectory, WebhookView } from '../webhook-directory.js';
import type { WebhookChanges } from '../webhooks.projection.js';
import { WebhookWorker } from './webhook-worker.js';
import type { WebhookWorkerParts } from './webhook-worker.js';

export interface WebhookDeliveriesParts extends WebhookWorkerParts {
  readonly directory: Pick<WebhookDirectory, 'enabled'>;
  /** Whether the directory knows of everything yet. */
  readonly isReady: () => boolean;
  /** Told when the webhooks there are could not be found out; it tries again by itself. */
  readonly onRefreshFault: (fault: unknown) => void;
}

const againMs = 1_000;
/** So many workers begin between two turns of the event loop. */
const startsPerTurn = 20;

/**
 * Delivers to all webhooks there are, each by a worker of its own: who is slow or dead keeps nobody else waiting.
 *
 * To be run by one process at a time. Two at once would send everything twice, and lose nothing.
 */
export class WebhookDeliveries {
  readonly #workers = new Map<string, WebhookWorker>();
  #abort = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(private readonly parts: WebhookDeliveriesParts) {}

  /** How many webhooks are delivered to. */
  get size(): number {
    return this.#workers.size;
  }

  /** Begins to deliver. After a stop it may be started again. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#abort = new AbortController();
    this.changed(undefined);
  }

  /** To be called when webhooks have changed, these or any. */
  changed(changes: WebhookChanges | undefined): void {
    if (!this.#isRunning) return;
    const { signal } = this.#abort;
    this.#turn = this.#turn.then(() => this.#refresh(changes, signal));
  }

  /** Ends in bounded time. What is broken off by it is sent again after the next start, which waits for the end. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#abort.abort();
    this.#turn = this.#turn.then(() => this.#endAll());
    await this.#turn;
  }

  async #endAll(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    this.#workers.clear();
  }

  /** Looks until it has seen which webhooks there are. Never rejects. */
  async #refresh(changes: WebhookChanges | undefined, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.parts.isReady()) {
          await (changes === undefined ? this.#refreshAll() : this.#refreshSome(changes));
          return;
        }
      } catch (fault) {
        this.parts.onRefreshFault(fault);
      }
      await sleep(this.parts.clock, againMs, signal);
    }
  }

  async #refreshAll(): Promise<void> {
    const { directory, log } = this.parts;
    await this.#adopt(await directory.enabled(), undefined);
    await log.forgetOthers();
  }

  async #refreshSome({ workspaces, deleted }: WebhookChanges): Promise<void> {
    const { directory, log } = this.parts;
    for (const workspace of workspaces) await this.#adopt(await directory.enabled(workspace), workspace);
    for (const id of deleted) await log.forget(id);
  }

  /** Has a worker for each of these webhooks of a workspace, or of all, and for no others of it. */
  async #adopt(webhooks: readonly WebhookView[], workspace: string | undefined): Promise<void> {
    const ending: Promise<void>[] = [];
    const wanted = new Map(webhooks.map((webhook) => [keyOf(webhook), webhook]));
    for (const [key, worker] of this.#workers) {
      if (wanted.has(key) || !(workspace === undefined || key.startsWith(`${workspace}/`))) continue;
      this.#workers.delete(key);
      ending.push(worker.stop());
    }
    await Promise.all(ending);
    let started = 0;
    for (const [key, webhook] of wanted) {
      const present = this.#workers.get(key);
      if (present !== undefined) {
        present.update(webhook);
        continue;
      }
      const worker = new WebhookWorker(this.parts, webhook);
      this.#workers.set(key, worker);
      worker.start();
      started += 1;
      if (started % startsPerTurn === 0) await nextTurn();
    }
  }
}

function keyOf({ workspace, id }: WebhookView): string {
  return `${workspace}/${id}`;
}
