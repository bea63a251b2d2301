import { readdir, rm } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplayMessage, ReplayRequest } from '../../../src/audit/replays.js';
import type { VerifyMessage } from '../../../src/audit/verify.js';
import { imageSchema } from '../../../src/cli/api/wire.js';
import { replayDirectory, verifyDirectory, verifyReadModel } from '../../../src/composition/audit-runs.js';
import { openStores } from '../../../src/composition/open-stores.js';
import type { Stores } from '../../../src/composition/open-stores.js';
import { readModelProjections } from '../../../src/composition/projections.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import { DataDirectoryInUseError } from '../../../src/event-store/data-directory-lock.js';
import { eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { accountCodec } from '../../../src/workspaces/domain/account.codec.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import { accountStream, workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const epoch = Date.parse('2026-03-01T00:00:00.000Z');
const web = slotOf('acme/sandbox/web');
const guest = slotOf('guest/sandbox/web');

let directory: { readonly path: string; remove(): Promise<void> };

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

/** Runs every projection over the stores while the work goes on, and until they have seen all of it. */
async function running<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await openStores(directory.path);
  const host = new ProjectionHost(
    {
      store: stores.readModel.projections,
      reader: stores.events,
      clock: systemClock,
      report: (report) => {
        if (report.kind === 'failed') throw report.error;
      },
    },
    readModelProjections(),
  );
  await host.start();
  try {
    const result = await work(stores);
    const head = await stores.events.head();
    if (head !== undefined) await host.waitFor(head, { timeoutMs: 20_000 });
    return result;
  } finally {
    await host.stop();
    await stores.close();
  }
}

/** A log in which everything that a projection looks at turns up. */
async function writeSome({ events }: Stores): Promise<readonly Position[]> {
  const log = new WrittenLog(events);
  const positions: Position[] = [];
  const at = () => ({ occurredAt: new Date(epoch + positions.length * 60_000).toISOString() });
  positions.push(
    await log.write(accountStream('a1'), accountCodec, { type: 'AccountOpened', data: { name: 'One' } }, at()),
  );
  for (const { workspace } of [web, guest]) {
    const created = { accountId: 'a1', displayName: workspace, labels: {} };
    positions.push(
      await log.write(workspaceStream(workspace), workspaceCodec, { type: 'WorkspaceCreated', data: created }, at()),
      await log.write(
        workspaceStream(workspace),
        workspaceCodec,
        { type: 'MemberAdded', data: { principal: 'user:\u{1F984}', role: 'admin' } },
        at(),
      ),
    );
  }
  positions.push(await log.image(web, { type: 'ImageRegistered', data: {} }, at()));
  positions.push(
    await log.image(
      web,
      { type: 'ImageShared', data: { shareId: 's1', target: 'guest', targetAccountId: 'a1' } },
      at(),
    ),
    await log.image(guest, { type: 'SharedImageReceived', data: { shareId: 's1', source: 'acme' } }, at()),
  );
  for (let n = 0; n < 40; n++) positions.push(await log.image(web, pushed(`v${n % 9}`, digestOf(n % 13), n), at()));
  return positions;
}

async function lastOf(messages: AsyncIterable<VerifyMessage>): Promise<VerifyMessage | undefined> {
  let last: VerifyMessage | undefined;
  for await (const message of messages) last = message;
  return last;
}

describe('verification of a data directory', () => {
  it('finds a stopped one clean, and leaves nothing behind in it', async () => {
    await running(writeSome);
    const before = await readdir(directory.path);
    expect(await lastOf(verifyDirectory(directory.path))).toMatchObject({
      kind: 'result',
      ok: true,
      events: 48,
      compared: readModelProjections().map(({ name }) => ({ projection: name })),
    });
    expect((await readdir(directory.path)).filter((file) => !file.startsWith(readModelFile))).toEqual(
      before.filter((file) => !file.startsWith(readModelFile)),
    );
  });

  it('finds what somebody changed in any table', async () => {
    await running(writeSome);
    const database = new Database(`${directory.path}/${readModelFile}`);
    database.prepare(`UPDATE catalog_tags__g1 SET digest = ? WHERE tag = 'v3'`).run(digestOf(99));
    database.close();
    const messages: VerifyMessage[] = [];
    for await (const message of verifyDirectory(directory.path)) messages.push(message);
    expect(messages.filter(({ kind }) => kind === 'difference')).toMatchObject([
      { difference: { kind: 'row-differs', projection: 'catalog', table: 'catalog_tags', columns: ['digest'] } },
    ]);
    expect(messages.at(-1)).toMatchObject({ kind: 'result', ok: false, differences: 1 });
  });

  it('finds an event that its stream has lost', async () => {
    await running(writeSome);
    const database = new Database(`${directory.path}/${eventsFile}`);
    database.exec(`
      INSERT INTO stream_runs (stream_hash, first_revision, first_position, positions) VALUES (1, 0, 1, '[1]');
      UPDATE store SET value = 1 WHERE key = 'indexed_through';
    `);
    database.close();
    const messages: VerifyMessage[] = [];
    for await (const message of verifyDirectory(directory.path)) messages.push(message);
    const wrong = { kind: 'store-damaged', message: 'the index points at events that are not those it means' };
    expect(messages).toContainEqual({ kind: 'difference', difference: { ...wrong, position: '0000000000000001' } });
    expect(messages.at(-1)).toMatchObject({ kind: 'result', ok: false });
  });

  it('can be done while the service writes, but not by another process', async () => {
    await running(async (stores) => {
      await writeSome(stores);
      const writing = (async () => {
        const log = new WrittenLog(stores.events);
        for (let n = 0; n < 300; n++)
          await log.image(slotOf('acme/agent/busy'), pushed(`v${n % 5}`, digestOf(n), n + 1));
      })();
      for (let round = 0; round < 3; round++)
        expect(await lastOf(verifyReadModel(stores.events, directory.path))).toMatchObject({ ok: true });
      await writing;
      await expect(verifyDirectory(directory.path).next()).rejects.toThrow(DataDirectoryInUseError);
    });
  });

  it('refuses a directory without an event store, and makes none', async () => {
    await expect(verifyDirectory(directory.path).next()).rejects.toThrow(/no event store in/);
    expect(await readdir(directory.path)).toEqual([]);
  });
});

describe('replay of a data directory', () => {
  async function told(request?: ReplayRequest): Promise<readonly ReplayMessage[]> {
    const messages: ReplayMessage[] = [];
    for await (const message of replayDirectory(directory.path, request)) messages.push(message);
    return messages;
  }

  /** Each image with the workspace that sees it and the bytes of its tags, and how much was replayed. */
  async function built(request?: ReplayRequest) {
    const messages = await told(request);
    const images = messages.flatMap((message) => (message.kind === 'image' ? [message.image] : []));
    const result = messages.at(-1);
    if (result?.kind !== 'result') throw new Error('no result');
    expect(result.images).toBe(images.length);
    return {
      events: result.events,
      through: result.through,
      seen: images.map((image) => {
        const { metadata, spec } = imageSchema.parse(image);
        return `${metadata.sourceWorkspace ?? ''}>${metadata.workspace} ${spec.size}`;
      }),
    };
  }

  it('builds the state at the end, at a position, at a time, and before the first event', async () => {
    const positions = await running(writeSome);
    expect(await built()).toMatchObject({
      events: 48,
      through: positions.at(-1),
      seen: ['>acme 315', 'acme>guest 315'],
    });
    const then = { events: 11, through: positions[10], seen: ['>acme 3', 'acme>guest 3'] };
    expect(await built({ to: { position: positions[10] ?? '' } })).toEqual(then);
    expect(await built({ to: { time: epoch + 10 * 60_000 + 59_999 } })).toEqual(then);
    expect(await built({ to: { position: positions[6] ?? '' } })).toMatchObject({ events: 7, seen: ['>acme 0'] });
    expect(await built({ to: { time: epoch - 1 } })).toEqual({ events: 0, through: undefined, seen: [] });
  });

  it('tells of one workspace or image only', async () => {
    await running(writeSome);
    expect(await built({ workspace: 'guest' })).toMatchObject({ events: 48, seen: ['acme>guest 315'] });
    expect(await built({ image: { resourceType: 'sandbox', name: 'other' } })).toMatchObject({ events: 48, seen: [] });
  });

  it('knows how far it will come', async () => {
    const positions = await running(writeSome);
    const [first] = await told({ to: { position: positions[10] ?? '' } });
    expect(first).toEqual({ kind: 'progress', events: 11, of: 11 });
    const [beyond] = await told({ to: { position: positions.at(-1)?.replace(/./, '9') ?? '' } });
    expect(beyond).toEqual({ kind: 'progress', events: 48, of: 48 });
  });

  it('needs no read model, and leaves nothing behind', async () => {
    await running(writeSome);
    for (const file of await readdir(directory.path))
      if (file.startsWith(readModelFile)) await rm(`${directory.path}/${file}`);
    const before = await readdir(directory.path);
    expect(await built()).toMatchObject({ events: 48 });
    expect(await readdir(directory.path)).toEqual(before);
  });
});
