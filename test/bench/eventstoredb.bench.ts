import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient, NO_STREAM, START, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import type { NewEvent } from '../../src/event-sourcing/event.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { EventStoreDbProcess } from '../support/eventstoredb/process.js';
import { progress } from './support/progress.js';
import { atLeast, atMost, percentile, report } from './support/result.js';
import type { Figure } from './support/result.js';
import { pushes, writers } from './support/stores/appender.js';

const rounds = 12;
const warmUps = 3;
const seconds = 1.5;
const delivered = 30_000;
const perFill = 250;

/** What one round came to: events per second, and microseconds of this process per event. */
interface Round {
  readonly rate: number;
  readonly cpu: number;
}

interface Contender {
  readonly name: string;
  round(n: number): Promise<number>;
}

/** Streams of a round, one for each writer: `append` is given the number of events that the stream has. */
async function write(
  round: string,
  append: (stream: string, events: number, event: NewEvent) => Promise<unknown>,
): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let appended = 0;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let events = 0; performance.now() < until; events++) {
        const push = pushes[(writer + events * writers) % pushes.length];
        if (push === undefined) throw new Error('there are no events to append');
        await append(`image-${round}-${writer}`, events, { ...push, id: randomUUID() });
        appended += 1;
      }
    }),
  );
  return appended;
}

async function measured(contender: Contender, n: number): Promise<Round> {
  await sleep(100);
  const begun = performance.now();
  const before = process.cpuUsage();
  const events = await contender.round(n);
  const { user, system } = process.cpuUsage(before);
  const rate = (events * 1_000) / (performance.now() - begun);
  return { rate, cpu: (user + system) / events };
}

/** Both in turns, so that whatever else the machine does meets each alike. */
async function compare(what: string, ours: Contender, bare: Contender): Promise<readonly Figure[]> {
  const results = new Map<Contender, Round[]>([
    [ours, []],
    [bare, []],
  ]);
  for (let n = 0; n < rounds; n++) {
    progress(`${what}: round ${n + 1} of ${rounds}`);
    for (const contender of n % 2 === 0 ? [ours, bare] : [bare, ours]) {
      const round = await measured(contender, n);
      if (n >= warmUps) results.get(contender)?.push(round);
    }
  }
  const median = (contender: Contender, part: keyof Round): number =>
    percentile(
      (results.get(contender) ?? []).map((round) => round[part]),
      0.5,
    );
  const all = [ours, bare].map(
    (one) => `${one.name}: ${(results.get(one) ?? []).map(({ rate }) => Math.round(rate)).join(', ')}`,
  );
  return [
    atLeast(what, median(ours, 'rate'), bare.name, median(bare, 'rate'), 0.9, 'events/s', all.join('; ')),
    atMost(`time of this process per event, ${what}`, median(ours, 'cpu'), bare.name, median(bare, 'cpu'), 1.1, 'µs'),
  ];
}

async function appends(connectionString: string): Promise<readonly Figure[]> {
  const store = await EventStoreDbEventStore.open({ connectionString, categories: ['image-'] });
  const client = EventStoreDBClient.connectionString(connectionString);
  const ours: Contender = {
    name: 'the adapter',
    round: (n) =>
      write(`ours-${n}`, async (stream, events, event) => {
        const { kind } = await store.append(stream, events === 0 ? 'no-stream' : BigInt(events - 1), [event]);
        if (kind !== 'appended') throw new Error('an append met another writer');
      }),
  };
  const bare: Contender = {
    name: 'the bare client',
    round: (n) =>
      write(`bare-${n}`, (stream, events, { id, type, data, metadata }) =>
        client.appendToStream(stream, jsonEvent({ id, type, data, metadata: { ...metadata } }), {
          expectedRevision: events === 0 ? NO_STREAM : BigInt(events - 1),
        }),
      ),
  };
  const figures = await compare(`appends of one event, ${writers} writers`, ours, bare);
  await store.close();
  await client.dispose();
  return figures;
}

async function deliveries(connectionString: string): Promise<readonly Figure[]> {
  const store = await EventStoreDbEventStore.open({ connectionString, categories: ['image-'] });
  const client = EventStoreDBClient.connectionString(connectionString);
  progress(`filling the server with ${delivered} events`);
  for (let n = 0; n < delivered; n += perFill) {
    const events = pushes.slice(0, perFill).map((push) => ({ ...push, id: randomUUID() }));
    await store.append(`image-filled-${n}`, 'no-stream', events);
  }
  const ours: Contender = {
    name: 'the adapter',
    async round() {
      const leaving = new AbortController();
      let seen = 0;
      for await (const message of store.subscribeAll({ signal: leaving.signal })) {
        if (message.kind === 'events') seen += message.events.length;
        if (seen >= delivered) break;
      }
      return seen;
    },
  };
  const bare: Contender = {
    name: 'the bare client',
    async round() {
      let seen = 0;
      const subscription = client.subscribeToAll(
        { fromPosition: START, filter: streamNameFilter({ prefixes: ['image-'] }) },
        { highWaterMark: 500 },
      );
      for await (const { event } of subscription) {
        if (event !== undefined) seen += 1;
        if (seen >= delivered) break;
      }
      await subscription.unsubscribe();
      return seen;
    },
  };
  const figures = await compare(`subscription catching up with ${delivered} events`, ours, bare);
  await store.close();
  await client.dispose();
  return figures;
}

/** Each over a server of its own, in a process of its own, so that its work and its heap are not measured. */
async function over(work: (connectionString: string) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const real = process.env['TAGALONG_TEST_EVENTSTOREDB'];
  if (real !== undefined) return work(real);
  const server = await EventStoreDbProcess.start();
  try {
    return await work(server.connectionString);
  } finally {
    await server.stop();
  }
}

report('eventstoredb', [...(await over(appends)), ...(await over(deliveries))]);
