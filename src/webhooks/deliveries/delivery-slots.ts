/** Receivers that have answered fast so far, and those that have not: the latter never keep the former waiting. */
export type Lane = 'quick' | 'slow';

export interface SlotLimits {
  /** Messages under way at once. */
  readonly total: number;
  /** Of these, for one workspace. */
  readonly perWorkspace: number;
}

/** Every webhook of a workspace has a place as long as all of them answer fast. */
const defaultLimits: Readonly<Record<Lane, SlotLimits>> = {
  quick: { total: 200, perWorkspace: 20 },
  slow: { total: 100, perWorkspace: 4 },
};

/** Bounds how many messages are under way, and lets workspaces take turns. */
export class DeliverySlots {
  readonly #lanes: Readonly<Record<Lane, LaneSlots>>;

  constructor(limits: Readonly<Record<Lane, SlotLimits>> = defaultLimits) {
    this.#lanes = { quick: new LaneSlots(limits.quick), slow: new LaneSlots(limits.slow) };
  }

  /** Runs the work once there is a place for it. Aborting while it waits throws the signal's reason. */
  async run<T>(lane: Lane, workspace: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const slots = this.#lanes[lane];
    await slots.enter(workspace, signal);
    try {
      return await work();
    } finally {
      slots.leave(workspace);
    }
  }
}

class LaneSlots {
  #taken = 0;
  readonly #takenBy = new Map<string, number>();
  /** By workspace, in the order in which they have their turns. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(private readonly limits: SlotLimits) {}

  async enter(workspace: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#hasRoomFor(workspace)) {
      this.#take(workspace);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#forget(workspace, go);
        reject(signal.reason as Error);
      };
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const others = this.#waiting.get(workspace);
      if (others === undefined) this.#waiting.set(workspace, new Set([go]));
      else others.add(go);
    });
  }

  leave(workspace: string): void {
    this.#taken -= 1;
    const left = (this.#takenBy.get(workspace) ?? 1) - 1;
    if (left === 0) this.#takenBy.delete(workspace);
    else this.#takenBy.set(workspace, left);
    this.#letIn();
  }

  #letIn(): void {
    for (const [workspace, waiting] of this.#waiting) {
      if (this.#taken >= this.limits.total) return;
      if (!this.#hasRoomFor(workspace)) continue;
      const [next] = waiting;
      if (next === undefined) continue;
      this.#forget(workspace, next);
      this.#take(workspace);
      next();
      return;
    }
  }

  #hasRoomFor(workspace: string): boolean {
    const { total, perWorkspace } = this.limits;
    return this.#taken < total && (this.#takenBy.get(workspace) ?? 0) < perWorkspace;
  }

  #take(workspace: string): void {
    this.#taken += 1;
    this.#takenBy.set(workspace, (this.#takenBy.get(workspace) ?? 0) + 1);
  }

  /** Whoever of the workspace still waits goes behind the other workspaces. */
  #forget(workspace: string, go: () => void): void {
    const waiting = this.#waiting.get(workspace);
    if (waiting?.delete(go) !== true) return;
    this.#waiting.delete(workspace);
    if (waiting.size > 0) this.#waiting.set(workspace, waiting);
  }
}
