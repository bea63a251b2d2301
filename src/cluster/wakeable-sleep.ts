/** A pause between two rounds of a loop, which anybody may cut short. */
export class WakeableSleep {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the pause; when there is none now, the next one is left out. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (!this.#woken && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#woken = false;
  }
}
