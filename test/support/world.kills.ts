import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { openStores } from '../../src/composition/open-stores.js';
import { readMetadata } from '../../src/event-sourcing/codec.js';
import { apiOf } from './api.js';
import type { Api } from './api.js';
import { inspect, verify } from './model.checks.js';
import { Neighbourhood, aim, aimsIn, anyCommand, payloadOf } from './model.commands.js';
import type { Aimed, Aims } from './model.commands.js';
import type { ModelCommand } from './model.js';
import { startService } from './service.js';
import type { StartedService } from './service.js';
import { World } from './world.js';
import { settle } from './world.people.js';
import { embeddedPlaces } from './embedded-places.js';

export interface KillOptions {
  /** Of the service; empty at the beginning. */
  readonly directory: string;
  /** Commands under way at the same time. */
  readonly clients: number;
  /** How long a service runs before it is killed, in milliseconds, at least and at most. */
  readonly life: readonly [number, number];
}

/** What has happened so far. */
export interface KillTally {
  kills: number;
  /** Of them, those that came before the service listened. */
  killedWhileStarting: number;
  accepted: number;
  refused: number;
  /** Commands whose sender heard nothing because the service died. */
  unanswered: number;
  /** Commands sent again, after an answer or after none. */
  resent: number;
  inspections: number;
  verifications: number;
  events: number;
}

interface Sent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly pair: string | undefined;
}

interface Accepted extends Sent {
  readonly reply: Reply;
}

/** What a repeated command must be answered with again. */
interface Reply {
  readonly outcome: string;
  readonly stream?: string;
  readonly revision?: number;
  readonly result?: Readonly<Record<string, unknown>>;
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const operatorKey = `operator-${randomBytes(24).toString('base64url')}`;
const remembered = 2_000;
const sentAgain = 24;

/**
 * A service that is killed with -9 again and again, under a load of commands that senders repeat until they are
 * answered. `faults` tells everything that was lost, happened twice, or was answered differently the second time.
 */
export class Kills {
  readonly faults: string[] = [];
  readonly tally: KillTally = {
    kills: 0,
    killedWhileStarting: 0,
    accepted: 0,
    refused: 0,
    unanswered: 0,
    resent: 0,
    inspections: 0,
    verifications: 0,
    events: 0,
  };
  readonly #place = new Neighbourhood('kill', {
    a: { targetAdmin: 'required', acrossAccounts: 'by-request' },
    b: { targetAdmin: 'not-required', acrossAccounts: 'by-request' },
  });
  #aims: Aims = { owned: [], held: [], shared: [], asked: [], running: [] };
  #unanswered: Sent[] = [];
  /** The latest of those that were accepted. */
  #accepted: Accepted[] = [];
  /** Those not yet looked up in the log. */
  #unconfirmed: Accepted[] = [];
  readonly #shareIds = new Map<string, string>();

  private constructor(private readonly options: KillOptions) {}

  /** Puts four workspaces of two accounts into an empty data directory. */
  static async prepare(options: KillOptions): Promise<Kills> {
    const kills = new Kills(options);
    const stores = await openStores(embeddedPlaces(options.directory));
    await settle(stores.events, kills.#place.people);
    await stores.close();
    return kills;
  }

  /** Starts the service, repeats what is due, loads it, kills it. */
  async round(): Promise<void> {
    const service = await startService({
      dataDir: this.options.directory,
      env: { TAGALONG_OPERATOR_KEY: operatorKey },
    });
    const api = apiOf(service.url);
    const work = { over: false };
    const clients = [
      this.#resendAll(api, work),
      ...Array.from({ length: this.options.clients }, () => this.#load(api, work)),
    ];
    await pause(between(this.options.life));
    await this.#kill(service);
    work.over = true;
    await Promise.all(clients);
  }

  /** Starts the service and kills it before it has come up. */
  async stillborn(): Promise<void> {
    const child = spawn(process.execPath, [main], {
      stdio: 'ignore',
      env: {
        ...process.env,
        TAGALONG_DATA_DIR: this.options.directory,
        TAGALONG_PORT: '0',
        TAGALONG_OPERATOR_KEY: operatorKey,
      },
    });
    const closed = once(child, 'close');
    await Promise.race([closed, pause(between([50, 1_500]))]);
    child.kill('SIGKILL');
    await closed;
    this.tally.kills++;
    this.tally.killedWhileStarting++;
  }

  /** Opens what the dead service left, lets it settle, and notes everything that is not as it should be. */
  async look({ verified }: { readonly verified: boolean }): Promise<void> {
    const world = await World.open({ directory: this.options.directory });
    try {
      const { reading, faults } = await (verified ? verify : inspect)(world, this.#place.workspaces);
      this.faults.push(...faults);
      const log = await world.log();
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
      this.tally.events = log.length;
      this.tally.inspections++;
      if (verified) this.tally.verifications++;
    } finally {
      await world.close();
    }
  }

  async #kill(service: StartedService): Promise<void> {
    await service.kill();
    this.tally.kills++;
  }

  async #load(api: Api, work: { readonly over: boolean }): Promise<void> {
    for (const aimed of commandsWithoutEnd()) {
      if (work.over) return;
      const command = aim({ ...aimed, command: this.#place.rename(aimed.command) }, this.#aims);
      await this.#send(api, this.#sentOf(command));
    }
  }

  #sentOf(command: ModelCommand): Sent {
    const pair = 'target' in command ? `${command.place} ${command.target}` : undefined;
    const shareId = pair === undefined ? undefined : this.#shareIds.get(pair);
    return { id: randomUUID(), type: command.type, data: payloadOf(command, shareId ?? randomUUID()), pair };
  }

  /** Whoever heard nothing asks again; and some of those who were answered do, too. */
  async #resendAll(api: Api, work: { readonly over: boolean }): Promise<void> {
    const unanswered = this.#unanswered;
    this.#unanswered = [];
    for (const [index, sent] of unanswered.entries()) {
      if (work.over) {
        this.#unanswered.push(...unanswered.slice(index));
        return;
      }
      this.tally.resent++;
      await this.#send(api, sent);
    }
    for (const first of some(this.#accepted, sentAgain)) {
      if (work.over) return;
      this.tally.resent++;
      const reply = await this.#ask(api, first);
      if (reply !== undefined && !isDeepStrictEqual(reply, first.reply)) {
        this.faults.push(
          `command ${first.id} (${first.type}) was answered ${JSON.stringify(first.reply)} and later ${JSON.stringify(reply)}`,
        );
      }
    }
  }

  async #send(api: Api, sent: Sent): Promise<void> {
    const reply = await this.#ask(api, sent);
    if (reply === undefined) {
      this.tally.unanswered++;
      this.#unanswered.push(sent);
      return;
    }
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

  /** The reply to a command, or nothing when the service could not give one. */
  async #ask(api: Api, { id, type, data }: Sent): Promise<Reply | undefined> {
    const body = { id, type, data, principal: 'user:all' };
    const answer = await api('POST', '/v0/commands', { key: operatorKey, body }).catch(() => undefined);
    if (answer === undefined || answer.status >= 500) return undefined;
    const { outcome, stream, revision, result, error, message } = answer.body as Reply & {
      readonly error?: string;
      readonly message?: string;
    };
    if (answer.status >= 400 && outcome !== 'rejected') {
      this.faults.push(`${type} was answered ${answer.status} ${error ?? ''}: ${message ?? ''}`);
    }
    return {
      outcome,
      ...(stream !== undefined && { stream }),
      ...(revision !== undefined && { revision }),
      ...(result !== undefined && { result }),
    };
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

function between([least, most]: readonly [number, number]): number {
  return least + Math.random() * (most - least);
}
