import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { readMetadata } from '../../src/event-sourcing/codec.js';
import type { RecordedEvent } from '../../src/event-sourcing/event.js';
import { Neighbourhood, aim, aimsIn, anyCommand, payloadOf } from './model.commands.js';
import type { Aimed, Aims } from './model.commands.js';
import type { LogReading } from './model.log.js';
import type { ModelCommand } from './model.js';

/** A command as it goes out, again and again the same. */
export interface SentCommand {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a repeated command must be answered with again. */
export interface Reply {
  readonly outcome: string;
  readonly stream?: string;
  readonly revision?: number;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** What came back; `fault` for an answer that nobody should get. */
export type Heard =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly fault?: string }
  /** No answer, or one that says that it is not known, or not possible now. */
  | { readonly kind: 'nothing' };

/** The way to a service. It answers in bounded time. */
export type Door = (command: SentCommand) => Promise<Heard>;

/** What has happened so far to the commands of all senders. */
export interface SendersTally {
  accepted: number;
  refused: number;
  /** Commands whose sender heard nothing. */
  unanswered: number;
  /** Commands sent again, after an answer or after none. */
  resent: number;
}

interface Sent extends SentCommand {
  readonly pair: string | undefined;
}

interface Accepted extends Sent {
  readonly reply: Reply;
}

const remembered = 2_000;
const sentAgain = 24;
const betweenAttemptsMs = 100;

/**
 * Senders of commands who repeat each until it is answered. `faults` tells everything that was lost, or was answered
 * differently the second time.
 */
export class Senders {
  readonly faults: string[] = [];
  readonly tally: SendersTally = { accepted: 0, refused: 0, unanswered: 0, resent: 0 };
  readonly #place: Neighbourhood;
  #aims: Aims = { owned: [], held: [], shared: [], asked: [], running: [] };
  #unanswered: Sent[] = [];
  /** The latest of those that were accepted. */
  #accepted: Accepted[] = [];
  /** Those not yet looked up in the log. */
  #unconfirmed: Accepted[] = [];
  readonly #shareIds = new Map<string, string>();

  /** @param prefix of the names of four workspaces in two accounts */
  constructor(prefix: string) {
    this.#place = new Neighbourhood(prefix, {
      a: { targetAdmin: 'required', acrossAccounts: 'by-request' },
      b: { targetAdmin: 'not-required', acrossAccounts: 'by-request' },
    });
  }

  get people(): Neighbourhood['people'] {
    return this.#place.people;
  }

  get workspaces(): readonly string[] {
    return this.#place.workspaces;
  }

  /** Sends one command after the other until the work is over. */
  async load(door: Door, work: { readonly over: boolean }): Promise<void> {
    for (const aimed of commandsWithoutEnd()) {
      if (work.over) return;
      const command = aim({ ...aimed, command: this.#place.rename(aimed.command) }, this.#aims);
      await this.#send(door, this.#sentOf(command));
    }
  }

  /** Whoever heard nothing asks again; and some of those who were answered do, too. */
  async resendAll(door: Door, work: { readonly over: boolean }): Promise<void> {
    const unanswered = this.#unanswered;
    this.#unanswered = [];
    for (const [index, sent] of unanswered.entries()) {
      if (work.over) {
        this.#unanswered.push(...unanswered.slice(index));
        return;
      }
      this.tally.resent++;
      await this.#send(door, sent);
    }
    for (const first of some(this.#accepted, sentAgain)) {
      if (work.over) return;
      this.tally.resent++;
      const heard = await door(first);
      this.#note(heard, first);
      if (heard.kind === 'reply' && !isDeepStrictEqual(heard.reply, first.reply)) {
        this.faults.push(
          `command ${first.id} (${first.type}) was answered ${JSON.stringify(first.reply)} and later ${JSON.stringify(heard.reply)}`,
        );
      }
    }
  }

  /**
   * Sends everything again that was not answered, until it is.
   *
   * @throws Error when that takes longer than so many milliseconds
   */
  async resendUntilAnswered(door: Door, patienceMs: number): Promise<void> {
    const giveUpAt = Date.now() + patienceMs;
    for (;;) {
      await this.resendAll(door, { over: false });
      if (this.#unanswered.length === 0) return;
      if (Date.now() > giveUpAt) throw new Error(`${this.#unanswered.length} commands are not answered at all`);
      await pause(betweenAttemptsMs);
    }
  }

  /** Looks up in the log what was accepted since the last time, and aims at what it says from now on. */
  confirm(log: readonly RecordedEvent[], reading: LogReading): void {
    const byPlace = new Map(log.map((event) => [`${event.stream}@${event.revision}`, event]));
    for (const { id, reply } of this.#unconfirmed) {
      if (reply.stream === undefined) continue;
      const event = byPlace.get(`${reply.stream}@${reply.revision ?? ''}`);
      if (event === undefined) this.faults.push(`command ${id} was accepted and its event is lost`);
      else if (readMetadata(event).commandId !== `operator/${id}`) {
        this.faults.push(`command ${id} was accepted and another command's event is in its place`);
      }
    }
    this.#unconfirmed = [];
    this.#aims = aimsIn(reading, this.#place.workspaces);
  }

  #sentOf(command: ModelCommand): Sent {
    const pair = 'target' in command ? `${command.place} ${command.target}` : undefined;
    const shareId = pair === undefined ? undefined : this.#shareIds.get(pair);
    return { id: randomUUID(), type: command.type, data: payloadOf(command, shareId ?? randomUUID()), pair };
  }

  async #send(door: Door, sent: Sent): Promise<void> {
    const heard = await door(sent);
    this.#note(heard, sent);
    if (heard.kind === 'nothing') {
      this.tally.unanswered++;
      this.#unanswered.push(sent);
      return;
    }
    const { reply } = heard;
    const made = reply.result?.['shareId'];
    if (sent.pair !== undefined && typeof made === 'string') this.#shareIds.set(sent.pair, made);
    if (reply.outcome !== 'accepted') {
      this.tally.refused++;
      return;
    }
    this.tally.accepted++;
    this.#unconfirmed.push({ ...sent, reply });
    // A cleanup that found nothing to do has had no effect, and is not remembered.
    if (reply.stream !== undefined) this.#accepted = [...this.#accepted, { ...sent, reply }].slice(-remembered);
  }

  #note(heard: Heard, { type }: Sent): void {
    if (heard.kind === 'reply' && heard.fault !== undefined) this.faults.push(`${type} was answered ${heard.fault}`);
  }
}

function* commandsWithoutEnd(): Generator<Aimed, never, undefined> {
  for (;;) yield* fc.sample(anyCommand, 20);
}

/** So many of them, chosen at random. */
function some<T>(all: readonly T[], count: number): readonly T[] {
  return Array.from({ length: all.length > 0 ? count : 0 }).flatMap(
    () => all[Math.floor(Math.random() * all.length)] ?? [],
  );
}
