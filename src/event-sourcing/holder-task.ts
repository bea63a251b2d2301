/** Work that goes on by itself and is done once for the whole service, by whoever runs the subscribers. */
export interface HolderTask {
  start(): void;
  /** Finishes what is in hand and ends for good. */
  stop(): Promise<void>;
}

/** Makes such work anew each time this process begins to run the subscribers. */
export type MakeHolderTask = () => HolderTask;
