import { hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { FeedMessage } from './feed-message.js';

/** What a listener gets: what has been said since it asked last, or why nothing more will be. */
export type Heard =
  | { readonly kind: 'messages'; readonly messages: readonly FeedMessage[] }
  /** It was too slow. Whatever is missing has to be looked up. */
  | { readonly kind: 'behind' }
  | { readonly kind: 'ended' };

type End = Exclude<Heard, { kind: 'messages' }> | { readonly kind: 'failed'; readonly fault: unknown };

/**
 * One who listens to the live feed of a workspace.
 *
 * It holds at most so many messages that were not taken yet; with one more it is behind, and hears no more.
 */
export class Listener {
  #waiting: FeedMessage[] = [];
  #wake: (() => void) | undefined;
  #end: End | undefined;
  /** Nothing up to here is said again. */
  #said: Position | undefined;

  /**
   * @param since where it begins
   * @param capacity how many messages it may hold
   * @param left called once, when it hears no more
   */
  constructor(
    readonly since: Position | undefined,
    private readonly capacity: number,
    private readonly left: (listener: Listener) => void,
  ) {
    this.#said = since;
  }

  /** True when everything said to it was taken. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  say(message: FeedMessage): void {
    if (this.#end !== undefined || hasPassed(this.#said, message.position)) return;
    if (this.#waiting.length >= this.capacity) {
      this.#leave({ kind: 'behind' });
      return;
    }
    this.#waiting.push(message);
    this.#said = message.position;
    this.#stir();
  }

  /** Waits for the next messages. @throws what the feed failed with, once everything before was taken */
  async hear(): Promise<Heard> {
    if (this.#waiting.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#waiting.length > 0) {
      const messages = this.#waiting;
      this.#waiting = [];
      return { kind: 'messages', messages };
    }
    if (this.#end?.kind === 'failed') throw this.#end.fault;
    return this.#end ?? { kind: 'ended' };
  }

  /** Says no more to it. Calling it twice is harmless. */
  leave(): void {
    this.#waiting = [];
    this.#leave({ kind: 'ended' });
  }

  /** Lets it end, with this fault if there is one, when it has taken what was said. */
  end(fault?: unknown): void {
    this.#leave(fault === undefined ? { kind: 'ended' } : { kind: 'failed', fault });
  }

  #leave(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.left(this);
    this.#stir();
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
