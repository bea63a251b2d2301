import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { NewEvent } from '../../../../src/event-sourcing/event.js';
import { eventAt, imageStream, images } from '../pushes.js';
import { imagesOf, pushes, writers } from './appender.js';
import type { Appender } from './appender.js';

const peers = fileURLToPath(new URL('../../peers/', import.meta.url));
const packageName = '@event-driven-io/emmett-sqlite';

interface Connection {
  command(sql: string): Promise<unknown>;
  querySingle(sql: string): Promise<unknown>;
  close(): void;
}

interface EmmettEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: object;
}

type AppendToStream = (
  connection: Connection,
  streamName: string,
  streamType: string,
  events: readonly EmmettEvent[],
  options: { readonly expectedStreamVersion?: bigint },
) => Promise<{ readonly success: boolean }>;

/** An exported function; what it takes and gives is told by the package's documentation. */
function exported<F>(): z.ZodType<F> {
  return z.custom<F>((value) => typeof value === 'function', 'is not a function');
}

/** The part of the package that is used here. It is not among the dependencies of the service, so its types are not at hand. */
const emmettSqlite = z.object({
  sqliteConnection: exported<(options: { readonly fileName: string }) => Connection>(),
  createEventStoreSchema: exported<(connection: Connection) => Promise<void>>(),
  appendToStream: exported<AppendToStream>(),
});

const settings = z.object({ synchronous: z.literal(2) });

/**
 * `@event-driven-io/emmett-sqlite` on one connection that is kept open.
 *
 * The package's own store opens and closes a connection for each append, so its exported parts are used. A
 * connection has one transaction at a time and lets concurrent appends join it, answering all but the last before
 * the commit: for durable answers the writers have to take turns.
 */
export async function emmett(directory: string): Promise<Appender> {
  const { sqliteConnection, createEventStoreSchema, appendToStream } = emmettSqlite.parse(await load());
  const connection = sqliteConnection({ fileName: join(directory, 'emmett.db') });
  await createEventStoreSchema(connection);
  await connection.command('PRAGMA synchronous = FULL');
  settings.parse(await connection.querySingle('PRAGMA synchronous'));
  const heads = Array.from({ length: images }, () => 0);
  let turn: Promise<void> = Promise.resolve();

  async function append(image: number, events: readonly NewEvent[]): Promise<void> {
    const head = heads[image] ?? 0;
    const { success } = await appendToStream(
      connection,
      imageStream(image),
      'image',
      events.map(({ type, data, metadata }) => ({ type, data, metadata })),
      head === 0 ? {} : { expectedStreamVersion: BigInt(head) },
    );
    if (!success) throw new Error(`conflict on ${imageStream(image)}`);
    heads[image] = head + events.length;
  }

  async function write(writer: number, until: number): Promise<number> {
    const own = imagesOf(writer);
    let appended = 0;
    while (performance.now() < until) {
      const image = own[appended % own.length] ?? 0;
      const event = pushes[(appended * writers + writer) % pushes.length];
      turn = turn.then(() => append(image, event === undefined ? [] : [event]));
      await turn;
      appended++;
    }
    return appended;
  }

  return {
    name: `${packageName}, one kept connection`,
    async fill(events) {
      const each = events / images;
      for (let image = 0; image < images; image++) {
        await append(
          image,
          Array.from({ length: each }, (_, revision) => eventAt(image, revision)),
        );
      }
    },
    async run(seconds) {
      const began = performance.now();
      const until = began + seconds * 1_000;
      const counts = await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer, until)));
      return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - began) / 1_000);
    },
    close() {
      connection.close();
      return Promise.resolve();
    },
  };
}

/** Installs the package when it is not there yet: it compiles a second SQLite, which nobody but this bench needs. */
async function load(): Promise<unknown> {
  if (!existsSync(join(peers, 'node_modules', packageName))) {
    console.log(`installing ${packageName} into test/bench/peers (npm ci)`);
    try {
      execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'inherit' });
    } catch (error) {
      throw new Error(`${packageName} cannot be installed; run "npm ci" in test/bench/peers to see why`, {
        cause: error,
      });
    }
  }
  return import(new URL('../../peers/emmett-sqlite.js', import.meta.url).href);
}
