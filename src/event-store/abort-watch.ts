/**
 * Calls many listeners when a signal is aborted while registering one with the signal itself: a
 * shutdown signal shared by hundreds of subscriptions would otherwise warn of a leak.
 */
export class AbortWatch {
  readonly #listeners = new Map<AbortSignal, Set<() => void>>();

  add(signal: AbortSignal, listener: () => void): void {
    const known = this.#listeners.get(signal);
    if (known !== undefined) {
      known.add(listener);
      return;
    }
    this.#listeners.set(signal, new Set([listener]));
    signal.addEventListener('abort', this.#onAbort);
  }

  remove(signal: AbortSignal, listener: () => void): void {
    const listeners = this.#listeners.get(signal);
    listeners?.delete(listener);
    if (listeners?.size !== 0) return;
    this.#listeners.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => {
    const { target } = event;
    if (!(target instanceof AbortSignal)) return;
    for (const listener of [...(this.#listeners.get(target) ?? [])]) listener();
  };
}
