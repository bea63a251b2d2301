import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStores } from '../../src/composition/open-stores.js';
import { inspect, verify } from './model.checks.js';
import { startService } from './service.js';
import type { StartedService } from './service.js';
import { World } from './world.js';
import { httpDoor } from './world.doors.js';
import { settle } from './world.people.js';
import { Senders } from './world.senders.js';
import type { SendersTally } from './world.senders.js';
import { embeddedPlaces } from './embedded-places.js';

export interface KillOptions {
  /** Of the service; empty at the beginning. */
  readonly directory: string;
  /** Commands under way at the same time. */
  readonly clients: number;
  /** How long a service runs before it is killed, in milliseconds, at least and at most. */
  readonly life: readonly [number, number];
}

/** What has happened so far, beside the commands. */
interface KillCounts {
  kills: number;
  /** Of them, those that came before the service listened. */
  killedWhileStarting: number;
  inspections: number;
  verifications: number;
  events: number;
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const operatorKey = `operator-${randomBytes(24).toString('base64url')}`;

/**
 * A service that is killed with -9 again and again, under a load of commands that senders repeat until they are
 * answered. `faults` tells everything that was lost, happened twice, or was answered differently the second time.
 */
export class Kills {
  readonly #senders = new Senders('kill');
  readonly #faults: string[] = [];
  readonly #counts: KillCounts = { kills: 0, killedWhileStarting: 0, inspections: 0, verifications: 0, events: 0 };

  private constructor(private readonly options: KillOptions) {}

  /** Puts four workspaces of two accounts into an empty data directory. */
  static async prepare(options: KillOptions): Promise<Kills> {
    const kills = new Kills(options);
    const stores = await openStores(embeddedPlaces(options.directory));
    await settle(stores.events, kills.#senders.people);
    await stores.close();
    return kills;
  }

  get faults(): readonly string[] {
    return [...this.#faults, ...this.#senders.faults];
  }

  get tally(): Readonly<KillCounts & SendersTally> {
    return { ...this.#counts, ...this.#senders.tally };
  }

  /** Starts the service, repeats what is due, loads it, kills it. */
  async round(): Promise<void> {
    const service = await startService({
      dataDir: this.options.directory,
      env: { TAGALONG_OPERATOR_KEY: operatorKey },
    });
    const door = httpDoor(() => service.url, operatorKey);
    const work = { over: false };
    const clients = [
      this.#senders.resendAll(door, work),
      ...Array.from({ length: this.options.clients }, () => this.#senders.load(door, work)),
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
    this.#counts.kills++;
    this.#counts.killedWhileStarting++;
  }

  /** Opens what the dead service left, lets it settle, and notes everything that is not as it should be. */
  async look({ verified }: { readonly verified: boolean }): Promise<void> {
    const world = await World.open({ directory: this.options.directory });
    try {
      const { reading, faults } = await (verified ? verify : inspect)(world, this.#senders.workspaces);
      this.#faults.push(...faults);
      const log = await world.log();
      this.#senders.confirm(log, reading);
      this.#counts.events = log.length;
      this.#counts.inspections++;
      if (verified) this.#counts.verifications++;
    } finally {
      await world.close();
    }
  }

  async #kill(service: StartedService): Promise<void> {
    await service.kill();
    this.#counts.kills++;
  }
}

function between([least, most]: readonly [number, number]): number {
  return least + Math.random() * (most - least);
}
