import type { CommandContext } from '../../event-sourcing/command.js';
import type { Clock } from '../../event-sourcing/subscriber-clock.js';
import { imageStream } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { SlotExecutor } from '../handlers/image-handler.js';

/** Finds requests that nobody answered in time. What it says may be a moment old: the slot decides. */
export interface ExpiredRequestFinder {
  /** @param now RFC 3339 in UTC with milliseconds */
  expired(now: string, limit: number): Promise<readonly { readonly shareId: string; readonly source: Slot }[]>;
}

export interface ShareRequestExpiryParts {
  readonly slots: SlotExecutor;
  readonly finder: ExpiredRequestFinder;
  readonly clock: Clock;
  /** Told when a round fails; the next one tries again. */
  readonly onFault: (fault: unknown) => void;
}

const everyMs = 60_000;
const perRound = 500;
const nextWhenFullMs = 100;

/**
 * Puts the expiry of share requests on record.
 *
 * A request whose time has come can no longer be accepted, recorded or not. The record tells the owner, and frees the
 * image's list of requests. Running it twice, or in two processes, is harmless.
 */
export class ShareRequestExpiry {
  #cancel: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: ShareRequestExpiryParts) {}

  /** Runs at once, and then about every minute. */
  start(): void {
    this.#round = this.#runAndPlan();
  }

  /** Finishes the round in hand and ends for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#round;
  }

  async #runAndPlan(): Promise<void> {
    const next = await this.#run().catch((fault: unknown) => {
      this.parts.onFault(fault);
      return everyMs;
    });
    if (this.#stopped) return;
    this.#cancel = this.parts.clock.after(next, () => {
      this.start();
    });
  }

  /** Answers when to look again. */
  async #run(): Promise<number> {
    const { slots, finder, clock } = this.parts;
    const now = new Date(clock.now()).toISOString();
    const found = await finder.expired(now, perRound);
    for (const { shareId, source } of found) {
      if (this.#stopped) break;
      await slots.execute(
        imageStream(source),
        { type: 'ExpireShareRequest', data: { slot: source, shareId, now } },
        contextOf(shareId, now),
      );
    }
    return found.length < perRound ? everyMs : nextWhenFullMs;
  }
}

/** Nobody did it: time passed. */
function contextOf(shareId: string, now: string): CommandContext {
  return {
    commandId: `share/${shareId}/expire`,
    repeatable: false,
    correlationId: `share/${shareId}`,
    principal: 'system',
    via: 'process',
    occurredAt: now,
  };
}
