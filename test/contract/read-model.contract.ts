import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointMovedError, ReadModelMismatchError } from '../../src/event-sourcing/projection-store.js';
import type { TableSpec } from '../../src/event-sourcing/projection.js';
import { at, insertRows, present, projectionOf } from '../support/read-model/read-model-harness.js';
import type { ReadModelSite, ReadModelUnderTest } from '../support/read-model/read-model-harness.js';
import { describeRowSets } from './read-model.row-sets.js';

type ThingRow = Readonly<{ owner: string; name: string; size: number; note: string | null }>;

const things: TableSpec<ThingRow> = {
  name: 'things',
  columns: {
    owner: { type: 'text' },
    name: { type: 'text' },
    size: { type: 'integer' },
    note: { type: 'text', nullable: true },
  },
  primaryKey: ['owner', 'name'],
  indexes: [{ columns: ['size'] }, { columns: ['note'], where: 'note is not null' }],
};

const coloured: TableSpec = {
  name: 'things',
  columns: { id: { type: 'integer' }, colour: { type: 'text' } },
  primaryKey: ['id'],
};

const extras: TableSpec = { name: 'extras', columns: { id: { type: 'text' } }, primaryKey: ['id'] };

const first = projectionOf('things', 1, [things, extras]);
const second = projectionOf('things', 2, [coloured]);

function thing(owner: string, name: string, size = 1, note: string | null = null): ThingRow {
  return { owner, name, size, note };
}

/** What every adapter of the projection and snapshot stores promises. */
export function describeReadModelContract(adapter: string, makeSite: () => Promise<ReadModelSite>): void {
  describe(`the read model on ${adapter}`, () => {
    let site: ReadModelSite;
    let readModel: ReadModelUnderTest;

    beforeEach(async () => {
      site = await makeSite();
      readModel = await site.open();
    });

    afterEach(async () => {
      await readModel.close();
      await site.dispose();
    });

    async function reopen(): Promise<void> {
      await readModel.close();
      readModel = await site.open();
    }

    async function shown(table = 'things', order = 'name'): Promise<unknown[]> {
      return readModel.queries.selectFrom(table).selectAll().orderBy(order).execute();
    }

    describe('commits', () => {
      it('begins with an empty live generation', async () => {
        const { live, building } = await readModel.projections.open(first);
        expect(building).toBeUndefined();
        expect(live).toMatchObject({ projection: 'things', version: 1 });
        expect(await live?.progress()).toEqual({ checkpoint: undefined, events: 0, complete: false });
        expect(await shown()).toEqual([]);
      });

      it('shows rows to a query as soon as the commit resolves, and keeps them with the checkpoint', async () => {
        const live = present((await readModel.projections.open(first)).live);
        await insertRows(live, things, [thing('a', 'x'), thing('a', 'y', 2, 'n')], undefined, at(1));
        expect(await shown()).toEqual([thing('a', 'x'), thing('a', 'y', 2, 'n')]);
        await insertRows(live, things, [thing('a', 'z')], at(1), at(5));
        await live.complete();
        await reopen();
        const again = present((await readModel.projections.open(first)).live);
        expect(await again.progress()).toEqual({ checkpoint: at(5), events: 2, complete: true });
        expect(await shown()).toHaveLength(3);
      });

      it.each([10, 5_000])('writes nothing of a commit of %i rows that fails', async (count) => {
        const live = present((await readModel.projections.open(first)).live);
        await insertRows(live, things, [thing('a', 'x')], undefined, at(1));
        const rows = Array.from({ length: count }, (_, n) => thing('b', `${n}`));
        await expect(insertRows(live, things, [...rows, thing('a', 'x', 2)], at(1), at(2))).rejects.toThrow();
        expect(await live.progress()).toMatchObject({ checkpoint: at(1), events: 1 });
        expect(await shown()).toEqual([thing('a', 'x')]);
        await insertRows(live, things, rows, at(1), at(2));
        expect(await shown()).toHaveLength(count + 1);
      });

      it('refuses a commit that does not begin at the checkpoint', async () => {
        const mine = present((await readModel.projections.open(first)).live);
        const other = present((await readModel.projections.open(first)).live);
        await insertRows(other, things, [thing('a', 'x')], undefined, at(3));
        const late = insertRows(mine, things, [thing('a', 'y')], undefined, at(2));
        await expect(late).rejects.toThrow(CheckpointMovedError);
        await expect(late).rejects.toMatchObject({ expected: undefined, actual: at(3), lost: false });
        const ahead = insertRows(mine, things, [thing('a', 'y')], at(7), at(8));
        await expect(ahead).rejects.toMatchObject({ expected: at(7), actual: at(3), lost: true });
        expect(await shown()).toEqual([thing('a', 'x')]);
        expect(await mine.progress()).toMatchObject({ checkpoint: at(3) });
      });

      it('lets only one of two commits from the same checkpoint through', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const big = Array.from({ length: 3_000 }, (_, n) => thing('big', `${n}`));
        const outcomes = await Promise.allSettled([
          insertRows(live, things, big, undefined, at(2)),
          insertRows(live, things, [thing('small', 'x')], undefined, at(1)),
        ]);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect([1, 3_000]).toContain((await shown()).length);
      });

      it('keeps projections apart, also while one of them commits much', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const other = present(
          (await readModel.projections.open(projectionOf('others', 1, [{ ...things, name: 'others' }]))).live,
        );
        const big = Array.from({ length: 5_000 }, (_, n) => thing('big', `${n}`));
        await Promise.all([
          insertRows(live, things, big, undefined, at(2)),
          insertRows(other, { ...things, name: 'others' }, [thing('small', 'x')], undefined, at(1)),
        ]);
        expect(await shown()).toHaveLength(5_000);
        expect(await shown('others')).toEqual([thing('small', 'x')]);
        expect((await live.progress()).checkpoint).toBe(at(2));
        expect((await other.progress()).checkpoint).toBe(at(1));
      });

      it('never shows half of a large commit to a query', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const rows = Array.from({ length: 5_000 }, (_, n) => thing('big', `${n}`));
        const counts = new Set<number>();
        const watch = async (): Promise<void> => {
          counts.add((await shown()).length);
          await new Promise((resolve) => setImmediate(resolve));
        };
        // Whether a query gets its turn before the commit is through is up to the database.
        await watch();
        const commit = insertRows(live, things, rows, undefined, at(1)).then(() => 'committed');
        const watched = async (): Promise<'watched'> => watch().then(() => 'watched');
        while ((await Promise.race([commit, watched()])) === 'watched');
        counts.delete(5_000);
        expect([...counts]).toEqual([0]);
      });

      it('clears, deletes, changes and adds thousands of rows in one commit', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const names = Array.from({ length: 2_500 }, (_, n) => `${n}`.padStart(5, '0'));
        const [cleared, deleted, changed, replaced, kept] = ['a', 'b', 'c', 'd', 'e'].map((owner) =>
          names.map((name) => thing(owner, name)),
        );
        const before = [cleared, deleted, changed, replaced, kept].flatMap((rows) => rows ?? []);
        await insertRows(live, things, before, undefined, at(1));
        const bigger = (rows: readonly ThingRow[] = []): ThingRow[] => rows.map((row) => ({ ...row, size: 2 }));
        const added = names.map((name) => thing('f', name, 3, 'new'));
        await live.commit({
          from: at(1),
          to: at(2),
          events: 1,
          changes: [
            {
              table: things,
              clears: [{ owner: 'a' }],
              deletes: names.map((name) => ['b', name]),
              writes: [
                ...(changed ?? []).map((row) => ({ row: { ...row, size: 2 }, before: row })).reverse(),
                ...bigger(replaced).map((row) => ({ row, before: 'unknown' as const })),
                ...added.map((row) => ({ row, before: undefined })).reverse(),
              ],
            },
          ],
        });
        const rows = await readModel.queries
          .selectFrom('things')
          .selectAll()
          .orderBy('owner')
          .orderBy('name')
          .execute();
        expect(rows).toEqual([...bigger(changed), ...bigger(replaced), ...(kept ?? []), ...added]);
      });

      it('clears first, then deletes, then writes', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const [kept, cleared, deleted] = [thing('a', 'kept'), thing('b', 'cleared'), thing('a', 'deleted')];
        await insertRows(live, things, [kept, cleared, deleted], undefined, at(1));
        await live.commit({
          from: at(1),
          to: at(2),
          events: 1,
          changes: [
            {
              table: things,
              clears: [{ owner: 'b' }, { owner: 'c', note: null }],
              deletes: [['a', 'deleted']],
              writes: [
                { row: thing('b', 'again'), before: undefined },
                { row: { ...kept, size: 9, note: 'new' }, before: kept },
                { row: thing('a', 'perhaps'), before: 'unknown' },
              ],
            },
          ],
        });
        await live.commit({
          from: at(2),
          to: at(3),
          events: 1,
          changes: [
            { table: things, clears: [], deletes: [], writes: [{ row: thing('a', 'perhaps', 7), before: 'unknown' }] },
          ],
        });
        expect(await shown()).toEqual([thing('b', 'again'), thing('a', 'kept', 9, 'new'), thing('a', 'perhaps', 7)]);
      });

      it('keeps every text and integer as it is', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const texts = ['', ' ', "it's", '"', 'ünï', '😀', '\u{10ffff}', '%_\\', 'a\nb', '0012', 'null'];
        const numbers = [0, 1, -1, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
        const rows = [
          ...texts.map((text) => thing('text', text, 0, text)),
          ...numbers.map((n) => thing('number', `${n}`, n)),
        ];
        await insertRows(live, things, rows, undefined, at(1));
        const byKey = [...rows].map(({ owner, name }) => [owner, name]);
        const loaded = await live.loadKeys(things, byKey);
        expect(new Set(loaded.map((row) => JSON.stringify(row)))).toEqual(
          new Set(rows.map((row) => JSON.stringify(row))),
        );
      });
    });

    describe('loads', () => {
      it('gives the rows that exist among many keys', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const rows = Array.from({ length: 5_000 }, (_, n) => thing('a', `${n}`, n));
        await insertRows(live, things, rows, undefined, at(1));
        const keys = Array.from({ length: 10_000 }, (_, n) => ['a', `${n}`]);
        expect(await live.loadKeys(things, keys)).toHaveLength(5_000);
        expect(await live.loadKeys(things, [['b', '1']])).toEqual([]);
        expect(await live.loadKeys(things, [])).toEqual([]);
      });

      it('gives the rows that match, null included', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const rows = [thing('a', 'x', 1, 'n'), thing('a', 'y', 2), thing('b', 'z', 1)];
        await insertRows(live, things, rows, undefined, at(1));
        const names = async (match: Partial<ThingRow>): Promise<unknown[]> =>
          (await live.loadWhere(things, match)).map(({ name }) => name).sort();
        expect(await names({ owner: 'a' })).toEqual(['x', 'y']);
        expect(await names({ owner: 'a', note: null })).toEqual(['y']);
        expect(await names({ note: 'n' })).toEqual(['x']);
        expect(await names({ size: 1 })).toEqual(['x', 'z']);
        expect(await names({})).toEqual(['x', 'y', 'z']);
        expect(await names({ owner: 'c' })).toEqual([]);
      });
    });

    describe('generations', () => {
      it('builds another version beside the live one and swaps it in', async () => {
        const v1 = present((await readModel.projections.open(first)).live);
        await insertRows(v1, things, [thing('a', 'x')], undefined, at(1));
        await reopen();
        const { live, building } = await readModel.projections.open(second);
        expect(live).toBeUndefined();
        const v2 = present(building);
        expect(await v2.progress()).toEqual({ checkpoint: undefined, events: 0, complete: false });
        await insertRows(v2, coloured, [{ id: 1, colour: 'red' }], undefined, at(1));
        expect(await shown()).toEqual([thing('a', 'x')]);
        await readModel.projections.swapIn(v2);
        expect(await shown('things', 'id')).toEqual([{ id: 1, colour: 'red' }]);
        expect(await v2.progress()).toEqual({ checkpoint: at(1), events: 1, complete: true });
        await insertRows(v2, coloured, [{ id: 2, colour: 'blue' }], at(1), at(2));
        expect(await shown('things', 'id')).toHaveLength(2);
        await reopen();
        expect(await readModel.projections.open(second)).toMatchObject({ live: { version: 2 }, building: undefined });
        expect(await shown('things', 'id')).toHaveLength(2);
      });

      it('drops the tables that another version no longer has', async () => {
        await readModel.projections.open(first);
        expect(await shown('extras', 'id')).toEqual([]);
        const { building } = await readModel.projections.open(second);
        await readModel.projections.swapIn(present(building));
        await expect(shown('extras', 'id')).rejects.toThrow();
      });

      it('takes other tables under the same version number for another version', async () => {
        await readModel.projections.open(first);
        const { live, building } = await readModel.projections.open(projectionOf('things', 1, [coloured]));
        expect([live, building?.version]).toEqual([undefined, 1]);
      });

      it('goes on with a build that was interrupted', async () => {
        await readModel.projections.open(first);
        const begun = present((await readModel.projections.open(second)).building);
        await insertRows(begun, coloured, [{ id: 1, colour: 'red' }], undefined, at(4));
        await reopen();
        const resumed = present((await readModel.projections.open(second)).building);
        expect(resumed.number).toBe(begun.number);
        expect(await resumed.progress()).toEqual({ checkpoint: at(4), events: 1, complete: false });
        expect(await resumed.loadKeys(coloured, [[1]])).toEqual([{ id: 1, colour: 'red' }]);
      });

      it('goes on with the live generation when the code goes back to its version', async () => {
        const v1 = present((await readModel.projections.open(first)).live);
        await insertRows(v1, things, [thing('a', 'x')], undefined, at(1));
        await readModel.projections.open(second);
        await reopen();
        const { live, building } = await readModel.projections.open(first);
        expect(building).toBeUndefined();
        await insertRows(present(live), things, [thing('a', 'y')], at(1), at(2));
        expect(await shown()).toHaveLength(2);
      });

      it('rebuilds the same version while the live one goes on', async () => {
        const live = present((await readModel.projections.open(first)).live);
        await insertRows(live, things, [thing('a', 'old')], undefined, at(1));
        const building = await readModel.projections.rebuild(first);
        await insertRows(live, things, [thing('a', 'older')], at(1), at(2));
        await insertRows(building, things, [thing('b', 'new')], undefined, at(2));
        expect(await shown()).toEqual([thing('a', 'old'), thing('a', 'older')]);
        await reopen();
        const both = await readModel.projections.open(first);
        expect([both.live?.number, both.building?.number]).toEqual([live.number, building.number]);
        await readModel.projections.swapIn(present(both.building));
        expect(await shown()).toEqual([thing('b', 'new')]);
        await expect(insertRows(present(both.live), things, [thing('a', 'z')], at(2), at(3))).rejects.toThrow(
          /gone|newer/,
        );
      });

      it('begins a rebuild anew in place of one begun before', async () => {
        await readModel.projections.open(first);
        const earlier = await readModel.projections.rebuild(first);
        await insertRows(earlier, things, [thing('a', 'x')], undefined, at(1));
        const later = await readModel.projections.rebuild(first);
        expect(later.number).not.toBe(earlier.number);
        expect(await later.progress()).toEqual({ checkpoint: undefined, events: 0, complete: false });
        await expect(insertRows(earlier, things, [thing('a', 'y')], at(1), at(2))).rejects.toThrow();
      });

      it('refuses two projections the same table', async () => {
        await readModel.projections.open(first);
        await expect(readModel.projections.open(projectionOf('rival', 1, [extras]))).rejects.toThrow(
          'table extras belongs to projection things',
        );
      });
    });

    describe('identity', () => {
      const store = (storeId: string, end: string | undefined) => ({ storeId, end: () => Promise.resolve(end) });

      it('belongs to the first event store it is attached to', async () => {
        await readModel.projections.attach(store('one', undefined));
        await reopen();
        await readModel.projections.attach(store('one', at(9)));
        const foreign = readModel.projections.attach(store('two', at(9)));
        await expect(foreign).rejects.toThrow(ReadModelMismatchError);
        await expect(foreign).rejects.toThrow(/event store one.*event store two.*read model away.*start again/s);
      });

      it('refuses a store that ends before a checkpoint', async () => {
        await readModel.projections.attach(store('one', at(3)));
        const live = present((await readModel.projections.open(first)).live);
        await insertRows(live, things, [], undefined, at(3));
        await readModel.projections.attach(store('one', at(3)));
        await expect(readModel.projections.attach(store('one', at(2)))).rejects.toThrow(
          new RegExp(
            `things has passed position ${at(3)}.*ends at ${at(2)}.*backup.*read model away.*start again`,
            's',
          ),
        );
        await expect(readModel.projections.attach(store('one', undefined))).rejects.toThrow(ReadModelMismatchError);
      });

      it('forgets everything on reset', async () => {
        await readModel.projections.attach(store('one', at(3)));
        const live = present((await readModel.projections.open(first)).live);
        await insertRows(live, things, [thing('a', 'x')], undefined, at(3));
        await readModel.snapshots.save('s', 'v', 1n, {});
        await readModel.projections.reset();
        await readModel.projections.attach(store('two', undefined));
        const again = present((await readModel.projections.open(first)).live);
        expect(await again.progress()).toEqual({ checkpoint: undefined, events: 0, complete: false });
        expect(await shown()).toEqual([]);
        expect(await readModel.snapshots.load('s', 'v')).toBeUndefined();
      });
    });

    describe('work in hand', () => {
      const reached = (webhook_id: string, position: string) =>
        readModel.queries.insertInto('webhook_cursors').values({ webhook_id, position, failing_since: null });

      it('is written whole or not at all, seen at once, kept, and forgotten on reset', async () => {
        await readModel.write([reached('a', at(1)), reached('b', at(2))]);
        const both = [
          { webhook_id: 'a', position: at(1), failing_since: null },
          { webhook_id: 'b', position: at(2), failing_since: null },
        ];
        expect(await shown('webhook_cursors', 'webhook_id')).toEqual(both);
        await expect(readModel.write([reached('c', at(3)), reached('a', at(3))])).rejects.toThrow();
        expect(await shown('webhook_cursors', 'webhook_id')).toEqual(both);
        await readModel.write([]);
        await reopen();
        expect(await shown('webhook_cursors', 'webhook_id')).toEqual(both);
        await readModel.projections.reset();
        expect(await shown('webhook_cursors', 'webhook_id')).toEqual([]);
      });
    });

    describe('snapshots', () => {
      it('keeps the newest state of each stream', async () => {
        const { snapshots } = readModel;
        expect(await snapshots.load('s', 'v1')).toBeUndefined();
        await snapshots.save('s', 'v1', 10n, { tags: ['a', 'b'], none: null });
        await snapshots.save('t', 'v1', 1n, 'other');
        await snapshots.save('s', 'v1', 12n, { tags: ['c'] });
        await snapshots.save('s', 'v1', 11n, 'late');
        await reopen();
        expect(await readModel.snapshots.load('s', 'v1')).toEqual({ revision: 12n, state: { tags: ['c'] } });
        expect(await readModel.snapshots.load('t', 'v1')).toEqual({ revision: 1n, state: 'other' });
      });

      it('gives no state kept by code of another version', async () => {
        const { snapshots } = readModel;
        await snapshots.save('s', 'v1', 10n, 1);
        expect(await snapshots.load('s', 'v2')).toBeUndefined();
        await snapshots.save('s', 'v2', 4n, 2);
        expect(await snapshots.load('s', 'v2')).toEqual({ revision: 4n, state: 2 });
      });

      it('saves while a projection commits much', async () => {
        const live = present((await readModel.projections.open(first)).live);
        const rows = Array.from({ length: 5_000 }, (_, n) => thing('big', `${n}`));
        const commit = insertRows(live, things, rows, undefined, at(1));
        await readModel.snapshots.save('s', 'v1', 1n, 'state');
        expect(await readModel.snapshots.load('s', 'v1')).toEqual({ revision: 1n, state: 'state' });
        await commit;
        await reopen();
        expect(await readModel.snapshots.load('s', 'v1')).toEqual({ revision: 1n, state: 'state' });
      });
    });

    describeRowSets(() => readModel);
  });
}
