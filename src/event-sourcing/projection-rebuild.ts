/** Somebody asked for a rebuild and may wait for its end. */
export class RebuildInHand {
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  readonly finished: Promise<void>;

  constructor() {
    this.finished = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Tells whoever waits: it is done, or why it will not be. */
  end(error?: Error): void {
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }
}
