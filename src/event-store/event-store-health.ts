/** How an event store is doing, as far as this process knows. */
export interface EventStoreHealth {
  /** What it fails with; `undefined` while it works. */
  readonly fault: string | undefined;
  /** Appends not answered yet. */
  readonly pendingAppends: number;
  /** Absent when a server knows it and not this process. */
  readonly events?: number;
  /** On disk; absent when a server knows it and not this process. */
  readonly bytes?: number;
}
