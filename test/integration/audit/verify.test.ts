import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditProjection } from '../../../src/audit/audit.projection.js';
import { ReadModelView } from '../../../src/audit/read-model-view.js';
import { openTemporary } from '../../../src/audit/read-models.js';
import { FreshProjection } from '../../../src/audit/replay/fresh-projection.js';
import { verify } from '../../../src/audit/verify.js';
import type { VerifyMessage, VerifyOptions } from '../../../src/audit/verify.js';
import { storageProjection } from '../../../src/billing/storage.projection.js';
import { commandLogProjection } from '../../../src/command-bus/command-log.projection.js';
import type { EventReader } from '../../../src/event-sourcing/event-store.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import type { Projection } from '../../../src/event-sourcing/projection.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import { freezeFile } from '../../../src/read-model/sqlite/sqlite.frozen.js';
import { SqliteReadModel, readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const projections = [storageProjection, auditProjection, commandLogProjection];
const web = slotOf('acme/sandbox/web');

let directory: { readonly path: string; remove(): Promise<void> };
let log: WrittenLog;

beforeEach(async () => {
  directory = await temporaryDirectory();
  log = new WrittenLog();
  for (let n = 0; n < 30; n++) await log.image(web, pushed(`v${n % 4}`, digestOf(n % 7), 10 * n));
});

afterEach(() => directory.remove());

/** Builds the live read model, each projection as far as told. */
async function build(through: (projection: Projection) => Position | undefined, which = projections): Promise<void> {
  const live = await SqliteReadModel.open<object>({ directory: directory.path });
  for (const projection of which) {
    const fresh = await FreshProjection.begin(projection, live.projections, through(projection));
    for (const event of await log.store.readAll()) await fresh.apply([event]);
    await fresh.flush();
  }
  await live.close();
}

async function head(): Promise<Position | undefined> {
  const position = await log.store.head();
  return position;
}

async function verified(options: Partial<VerifyOptions> = {}): Promise<VerifyMessage[]> {
  const live = await freezeFile(`${directory.path}/${readModelFile}`);
  const temporary = await openTemporary();
  try {
    const messages: VerifyMessage[] = [];
    for await (const message of verify({
      reader: log.store,
      live: new ReadModelView(live.queries),
      fresh: { projections: temporary.readModel.projections, view: temporary.view },
      projections,
      codecs: [imageCodec],
      ...options,
    }))
      messages.push(message);
    return messages;
  } finally {
    await live.close();
    await temporary.close();
  }
}

function resultOf(messages: readonly VerifyMessage[]): Extract<VerifyMessage, { kind: 'result' }> {
  const last = messages.at(-1);
  if (last?.kind !== 'result') throw new Error('the last message is not the result');
  return last;
}

function differencesOf(messages: readonly VerifyMessage[]) {
  return messages.flatMap((message) => (message.kind === 'difference' ? [message.difference] : []));
}

/** Changes rows behind the back of the projections. */
function tamper(...statements: readonly string[]): void {
  const database = new Database(`${directory.path}/${readModelFile}`);
  for (const statement of statements) expect(database.prepare(statement).run().changes).toBeGreaterThan(0);
  database.close();
}

/** The same log with some events changed on the way out. */
function damaged(change: (event: RecordedEvent) => RecordedEvent | undefined): EventReader {
  const { store } = log;
  return {
    storeId: store.storeId,
    head: () => store.head(),
    end: () => store.end(),
    isPosition: (text) => store.isPosition(text),
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: async (options) => (await store.readAll(options)).flatMap((event) => change(event) ?? []),
    subscribeAll: (options) => store.subscribeAll(options),
  };
}

function withFields(event: RecordedEvent, fields: Partial<RecordedEvent>): RecordedEvent {
  const { id, type, stream, revision, position, data, metadata } = event;
  return { id, type, stream, revision, position, data, metadata, ...fields };
}

describe('verify', () => {
  it('finds nothing where there is nothing, with every projection at a checkpoint of its own', async () => {
    const events = await log.store.readAll();
    const positions = [undefined, ...events.map(({ position }) => position)];
    const checkpoint = fc.constantFrom(...positions);
    await fc.assert(
      fc.asyncProperty(fc.tuple(checkpoint, checkpoint, checkpoint), async (checkpoints) => {
        await directory.remove();
        directory = await temporaryDirectory();
        await build((projection) => checkpoints[projections.indexOf(projection)]);
        const messages = await verified();
        expect(differencesOf(messages)).toEqual([]);
        expect(resultOf(messages)).toMatchObject({
          ok: true,
          events: 30,
          differences: 0,
          compared: projections.map(({ name }, index) => ({ projection: name, checkpoint: checkpoints[index] })),
        });
      }),
      { numRuns: 15 },
    );
  });

  it('tells its progress through log and tables', async () => {
    const end = await head();
    await build(() => end);
    const messages = await verified();
    expect(messages).toContainEqual({ kind: 'progress', phase: 'replaying', events: 30, of: 30, position: end });
    expect(messages).toContainEqual({
      kind: 'progress',
      phase: 'comparing',
      projection: 'command-log',
      table: 'command_log',
      rows: 30,
    });
  });

  it('names every row that was changed, taken away or put in', async () => {
    const end = await head();
    await build(() => end);
    tamper(
      `UPDATE billing_digests__g1 SET size = size + 1 WHERE digest = '${digestOf(3)}'`,
      `DELETE FROM billing_tags__g1 WHERE tag = 'v2'`,
      `INSERT INTO audit_names__g1 (kind, name, number) VALUES ('principal', 'user:mallory', 99)`,
    );
    const messages = await verified();
    const tables = differencesOf(messages).map((difference) => ({ ...difference, live: 0, replayed: 0 }));
    expect(tables).toEqual([
      {
        kind: 'row-missing',
        projection: 'storage-meter',
        table: 'billing_tags',
        key: ['acme', 'sandbox', 'web', 'v2'],
        live: 0,
        replayed: 0,
      },
      {
        kind: 'row-differs',
        projection: 'storage-meter',
        table: 'billing_digests',
        key: ['acme', digestOf(3)],
        columns: ['size'],
        live: 0,
        replayed: 0,
      },
      {
        kind: 'row-too-many',
        projection: 'audit',
        table: 'audit_names',
        key: ['principal', 'user:mallory'],
        live: 0,
        replayed: 0,
      },
    ]);
    expect(resultOf(messages)).toMatchObject({ ok: false, differences: 3 });
  });

  it('tells no more differences than wanted and still counts them all', async () => {
    const end = await head();
    await build(() => end);
    tamper('UPDATE command_log__g1 SET revision = revision + 1');
    const messages = await verified({ maxDifferences: 4 });
    expect(differencesOf(messages)).toHaveLength(4);
    expect(resultOf(messages)).toMatchObject({ ok: false, differences: 30 });
  });

  it('looks at one moment, whatever is written meanwhile', async () => {
    const first = (await log.store.readAll({ limit: 10 })).at(-1)?.position;
    await build(() => first);
    const live = await freezeFile(`${directory.path}/${readModelFile}`);
    const temporary = await openTemporary();
    tamper('DELETE FROM command_log__g1', `UPDATE generations SET checkpoint = '0000000000000030'`);
    const messages: VerifyMessage[] = [];
    const fresh = { projections: temporary.readModel.projections, view: temporary.view };
    for await (const message of verify({
      reader: log.store,
      live: new ReadModelView(live.queries),
      fresh,
      projections,
      codecs: [imageCodec],
    }))
      messages.push(message);
    expect(resultOf(messages)).toMatchObject({ ok: true });
    await live.close();
    await temporary.close();
  });

  it('finds a gap in the revisions of a stream, once', async () => {
    await build(() => undefined);
    const messages = await verified({
      reader: damaged((event) => (event.revision === 4n ? undefined : event)),
    });
    expect(differencesOf(messages)).toEqual([
      {
        kind: 'revision-out-of-order',
        stream: 'image-acme/sandbox/web',
        revision: 5n,
        expected: 4n,
        type: 'TagPushed',
        position: '0000000000000006',
      },
    ]);
  });

  it('finds positions that do not rise', async () => {
    await build(() => undefined);
    const reader = damaged((event) =>
      event.revision === 4n ? withFields(event, { position: '0000000000000002' }) : event,
    );
    expect(differencesOf(await verified({ reader }))).toMatchObject([
      { kind: 'position-out-of-order', revision: 4n, position: '0000000000000002', before: '0000000000000004' },
    ]);
  });

  it('finds events whose data, metadata or type cannot be read', async () => {
    await build(() => undefined);
    const reader = damaged((event) => {
      switch (event.revision) {
        case 1n:
          return withFields(event, { data: { tag: 'v1', digest: 'md5:0', size: 1, platforms: [] } });
        case 2n:
          return withFields(event, { metadata: {} });
        case 3n:
          return withFields(event, { type: 'TagWished' });
        case 4n:
          return withFields(event, { metadata: { ...(event.metadata as object), occurredAt: 'yesterday' } });
        default:
          return event;
      }
    });
    const messages = await verified({ reader });
    expect(differencesOf(messages).map((one) => ('revision' in one ? [one.revision, one.kind] : one))).toEqual([
      [1n, 'event-unreadable'],
      [2n, 'event-unreadable'],
      [3n, 'event-of-unknown-type'],
      [4n, 'event-unreadable'],
    ]);
    expect(
      JSON.stringify(differencesOf(messages)[0], (_, value: unknown) => (String(value) && value === 1n ? 1 : value)),
    ).toContain('is not a digest');
  });

  it('says which projection cannot replay an event, and compares the others', async () => {
    const end = await head();
    await build(() => end);
    const reader = damaged((event) => (event.revision === 3n ? withFields(event, { data: { tag: 'v1' } }) : event));
    const messages = await verified({ reader });
    expect(differencesOf(messages).map(({ kind }) => kind)).toEqual(['event-unreadable', 'projection-cannot-replay']);
    expect(resultOf(messages).compared.map(({ projection }) => projection)).toEqual(['audit', 'command-log']);
  });

  it('says so when there is nothing to compare with', async () => {
    const end = await head();
    await build(() => end, [storageProjection, auditProjection]);
    const messages = await verified({
      projections: [storageProjection, { ...auditProjection, version: 2 }, commandLogProjection],
    });
    expect(differencesOf(messages)).toMatchObject([
      {
        kind: 'projection-not-comparable',
        projection: 'audit',
        message: expect.stringContaining('version 1') as string,
      },
      { kind: 'projection-not-comparable', projection: 'command-log' },
    ]);
    expect(resultOf(messages)).toMatchObject({ ok: false, compared: [{ projection: 'storage-meter' }] });
  });

  it('finds a read model that has seen more than the log holds', async () => {
    const end = await head();
    await build(() => end);
    log = new WrittenLog();
    await log.image(web, pushed('v1', digestOf(1), 1));
    expect(differencesOf(await verified())).toEqual(
      projections.map(({ name }) => ({ kind: 'projection-ahead-of-log', projection: name, checkpoint: end })),
    );
  });

  it('ends when it is told to', async () => {
    await build(() => undefined);
    await expect(verified({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('needs a read model', async () => {
    await expect(freezeFile(`${directory.path}/${readModelFile}`)).rejects.toThrow(
      /no read model .*read-model.db; start the service/,
    );
  });
});
