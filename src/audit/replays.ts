import type { OnModuleDestroy } from '@nestjs/common';
import type { Position } from '../event-sourcing/position.js';
import { invalidInput } from '../http/refusal.js';
import type { ResourceType } from '../vocabulary/names.js';
import { OneAtATime } from './one-at-a-time.js';

/** How far to replay: as far as a position, itself included; or as far as the last event dated at a time or before. */
export type ReplayTo =
  | { readonly position: Position }
  | {
      /** Milliseconds since 1970. */
      readonly time: number;
    };

/** Which part of the state to tell; all of it unless something is named. */
export interface ReplayFilter {
  readonly workspace?: string | undefined;
  readonly image?: { readonly resourceType: ResourceType; readonly name: string } | undefined;
}

export interface ReplayRequest extends ReplayFilter {
  /** The end of the log if left out. */
  readonly to?: ReplayTo | undefined;
}

/** What a replay tells while it goes on, then what it has built, and at last how much that was. */
export type ReplayMessage =
  | {
      readonly kind: 'progress';
      readonly events: number;
      /** How many there will be in the end. */
      readonly of: number;
    }
  | {
      /** An image as its workspace saw it, in the form of the management API. */
      readonly kind: 'image';
      readonly image: unknown;
    }
  | {
      /** What ran in a workspace, in the form of the management API. */
      readonly kind: 'deployment';
      readonly deployment: unknown;
    }
  | {
      readonly kind: 'result';
      readonly events: number;
      /** The last event replayed; absent before the first. */
      readonly through?: Position;
      readonly images: number;
      readonly deployments: number;
    };

/** Builds the state from the log and tells it. */
export type Replay = (
  request: ReplayRequest,
  limits: { readonly signal: AbortSignal },
) => AsyncGenerator<ReplayMessage, void, undefined>;

/** Runs one replay at a time: each one reads the log from its beginning. */
export class Replays implements OnModuleDestroy {
  readonly #turn = new OneAtATime(
    { code: 'replay-running', message: 'A replay is running already. Wait until it has ended, then begin again.' },
    'the service is shut down; replay again when it is back',
  );

  /** @param parseTo reads a time or a position of the store; `undefined` for anything else */
  constructor(
    private readonly replay: Replay,
    private readonly parseTo: (text: string) => ReplayTo | undefined,
  ) {}

  /**
   * Runs a replay. The last message is the result.
   *
   * @param to a time in RFC 3339 or a position
   * @throws Refusal while another one runs, or when `to` is neither
   * @throws StoreUnavailableError when the service is shut down meanwhile
   */
  run(
    filter: ReplayFilter,
    to: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReplayMessage, void, undefined> {
    const parsed = to === undefined ? undefined : this.parseTo(to);
    if (to !== undefined && parsed === undefined) throw invalidInput('invalid-input', replayToRule);
    return this.#turn.run(signal, (both) => this.replay({ ...filter, to: parsed }, { signal: both }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.#turn.end();
  }
}

export const replayToRule =
  'to must be a time in RFC 3339, such as 2026-01-31T12:00:00Z, or a position as the service gave it out.';
