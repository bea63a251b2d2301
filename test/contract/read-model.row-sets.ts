import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { BufferedRows } from '../../src/event-sourcing/projection-rows.js';
import type { Generation } from '../../src/event-sourcing/projection-store.js';
import type { RowMatch, RowSet, TableSpec } from '../../src/event-sourcing/projection.js';
import { at, present, projectionOf } from '../support/read-model/read-model-harness.js';
import type { ReadModelUnderTest } from '../support/read-model/read-model-harness.js';

type PairRow = Readonly<{ a: string; b: number; c: string | null; d: number }>;

const pairs: TableSpec<PairRow> = {
  name: 'pairs',
  columns: { a: { type: 'text' }, b: { type: 'integer' }, c: { type: 'text', nullable: true }, d: { type: 'integer' } },
  primaryKey: ['a', 'b'],
  indexes: [{ columns: ['c'] }],
};

const pair = (a: string, b: number, c: string | null = null, d = 0): PairRow => ({ a, b, c, d });

/** What a projection sees of its rows, within a batch and across commits. */
export function describeRowSets(readModel: () => ReadModelUnderTest): void {
  describe('row sets', () => {
    let generation: Generation;
    let buffered: BufferedRows;
    let set: RowSet<PairRow>;
    let commits: number;

    beforeEach(async () => {
      const { projections } = readModel();
      generation = present((await projections.open(projectionOf('pairs', 1, [pairs]))).live);
      commits = 0;
      begin();
    });

    function begin(): void {
      buffered = new BufferedRows([pairs], generation);
      buffered.beginBatch();
      set = buffered.table(pairs);
    }

    async function commit(keep = 1_000): Promise<void> {
      const [from, to] = [commits === 0 ? undefined : at(commits), at(commits + 1)];
      await generation.commit({ from, to, events: 1, changes: buffered.changes() });
      buffered.committed(keep);
      buffered.beginBatch();
      commits += 1;
    }

    async function stored(): Promise<unknown[]> {
      return readModel().queries.selectFrom('pairs').selectAll().orderBy('a').orderBy('b').execute();
    }

    it('shows a batch its own changes before they are written', async () => {
      await set.load([['x', 1]]);
      expect(set.get('x', 1)).toBeUndefined();
      set.put(pair('x', 1, 'one'));
      expect(set.get('x', 1)).toEqual(pair('x', 1, 'one'));
      set.put(pair('x', 1, 'two'));
      set.put(pair('y', 1));
      set.delete('y', 1);
      expect(set.get('y', 1)).toBeUndefined();
      expect(await stored()).toEqual([]);
      await commit();
      expect(await stored()).toEqual([pair('x', 1, 'two')]);
    });

    it('refuses to guess about a row that was not loaded', async () => {
      set.put(pair('x', 1));
      await commit();
      expect(() => set.get('x', 1)).toThrow('table pairs: the row ["x",1] was not loaded in this batch');
      await set.load([['x', 1]]);
      expect(set.get('x', 1)).toEqual(pair('x', 1));
      expect(() => set.get('x')).toThrow('a key has 2 values, not 1');
      expect(() => buffered.table({ ...pairs, name: 'others' })).toThrow('table others is not among');
      await expect(set.loadWhere({ e: 1 } as RowMatch<PairRow>)).rejects.toThrow('table pairs has no column e');
    });

    it('knows after a match which rows are not there', async () => {
      set.put(pair('x', 1));
      await commit();
      await set.loadWhere({ a: 'x' });
      expect(set.get('x', 2)).toBeUndefined();
      expect(() => set.get('y', 2)).toThrow('was not loaded');
      set.clear({ a: 'y' });
      expect(set.get('y', 2)).toBeUndefined();
    });

    it('matches rows as the batch has left them, in the order of their keys', async () => {
      for (const b of [10, 9, 1]) set.put(pair('x', b, 'in'));
      set.put(pair('w', 5, 'in'));
      set.put(pair('w', 6, 'out'));
      await commit();
      begin();
      await set.load([['x', 9]]);
      set.put(pair('x', 9, 'out'));
      set.put(pair('w', 6, 'in'));
      set.put(pair('a', 0, 'in'));
      set.delete('x', 10);
      const found = await set.loadWhere({ c: 'in' });
      expect(found.map(({ a, b }) => `${a}${b}`)).toEqual(['a0', 'w5', 'w6', 'x1']);
      set.put(pair('x', 1, null));
      expect((await set.loadWhere({ c: 'in' })).map(({ a, b }) => `${a}${b}`)).toEqual(['a0', 'w5', 'w6']);
      expect(await set.loadWhere({ c: null })).toEqual([pair('x', 1)]);
    });

    it('clears rows it has never loaded, and keeps what is put afterwards', async () => {
      for (const b of [1, 2, 3]) set.put(pair('x', b, 'old'));
      set.put(pair('y', 1, 'old'));
      await commit();
      begin();
      await set.load([['x', 1]]);
      set.put(pair('x', 2, 'moved'));
      set.clear({ a: 'x' });
      expect(set.get('x', 1)).toBeUndefined();
      await set.load([
        ['x', 2],
        ['x', 3],
      ]);
      expect([set.get('x', 2), set.get('x', 3)]).toEqual([undefined, undefined]);
      set.put(pair('x', 3, 'new'));
      expect(await set.loadWhere({ a: 'x' })).toEqual([pair('x', 3, 'new')]);
      expect(await set.loadWhere({ c: 'old' })).toEqual([pair('y', 1, 'old')]);
      await commit();
      expect(await stored()).toEqual([pair('x', 3, 'new'), pair('y', 1, 'old')]);
    });

    it('spares a row that a clear no longer matches', async () => {
      set.put(pair('x', 1, 'old'));
      set.put(pair('x', 2, 'old'));
      await commit();
      begin();
      await set.load([['x', 1]]);
      set.put(pair('x', 1, 'new'));
      set.clear({ c: 'old' });
      await commit();
      expect(await stored()).toEqual([pair('x', 1, 'new')]);
    });

    it('refuses a value that does not fit its column when it is to be written', () => {
      for (const [bad, message] of [
        [{ ...pair('x', 1), d: 1.5 }, '1.5 cannot stand in column d (integer)'],
        [{ ...pair('x', 1), d: 2 ** 53 }, 'cannot stand in column d'],
        [{ ...pair('x', 1), c: 7 }, '7 cannot stand in column c (text or null)'],
        [{ ...pair('x', 1), d: null }, 'null cannot stand in column d (integer)'],
      ] as const) {
        begin();
        set.put(bad as unknown as PairRow);
        expect(() => buffered.changes()).toThrow(message);
      }
    });

    it('discards what was not written', async () => {
      set.put(pair('x', 1));
      await commit();
      set.put(pair('x', 1, 'changed'));
      set.clear({});
      buffered.discard();
      buffered.beginBatch();
      expect(buffered.changes()).toEqual([]);
      await set.load([['x', 1]]);
      expect(set.get('x', 1)).toEqual(pair('x', 1));
    });

    it('behaves like a plain map, whatever is done in whatever order', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 6 }), async (steps, keep) => {
          await readModel().projections.reset();
          const { projections } = readModel();
          generation = present((await projections.open(projectionOf('pairs', 1, [pairs]))).live);
          commits = 0;
          begin();
          const model = new Map<string, PairRow>();
          let durable = new Map<string, PairRow>();
          for (const one of steps) {
            switch (one.kind) {
              case 'load':
                await set.load(one.keys);
                for (const [a, b] of one.keys) expect(set.get(a, b)).toEqual(model.get(`${a}${b}`));
                break;
              case 'match':
                expect(await set.loadWhere(one.match)).toEqual(matching(model, one.match));
                break;
              case 'put':
                set.put(one.row);
                model.set(`${one.row.a}${one.row.b}`, one.row);
                break;
              case 'delete':
                set.delete(...one.key);
                model.delete(one.key.join(''));
                break;
              case 'clear':
                set.clear(one.match);
                for (const row of matching(model, one.match)) model.delete(`${row.a}${row.b}`);
                break;
              case 'commit':
                await commit(keep);
                durable = new Map(model);
                expect(await stored()).toEqual(matching(model, {}));
                break;
              case 'crash':
                begin();
                model.clear();
                for (const [key, row] of durable) model.set(key, row);
                break;
            }
          }
          await commit(keep);
          expect(await stored()).toEqual(matching(model, {}));
        }),
        { numRuns: 150 },
      );
    });
  });
}

const a = fc.constantFrom('p', 'q', 'r');
const b = fc.integer({ min: 1, max: 4 });
const c = fc.constantFrom('u', 'v', null);
const key = fc.tuple(a, b);
const match: fc.Arbitrary<RowMatch<PairRow>> = fc.oneof(
  fc.record({ a }),
  fc.record({ c }),
  fc.record({ a, c }),
  fc.record({ a, b }),
  fc.record({ d: fc.integer({ min: 0, max: 2 }) }),
  fc.constant({}),
);
const row = fc.record({ a, b, c, d: fc.integer({ min: 0, max: 2 }) });
const step = fc.oneof(
  fc.record({ kind: fc.constant('load' as const), keys: fc.array(key, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('match' as const), match }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), row }) },
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('clear' as const), match }),
  fc.record({ kind: fc.constant('commit' as const) }),
  fc.record({ kind: fc.constant('crash' as const) }),
);

function matching(model: ReadonlyMap<string, PairRow>, wanted: RowMatch<PairRow>): PairRow[] {
  return [...model.values()]
    .filter((one) =>
      Object.entries(wanted).every(([column, value]) =>
        Object.entries(one).some(([name, held]) => name === column && held === value),
      ),
    )
    .sort((x, y) => (x.a === y.a ? x.b - y.b : x.a < y.a ? -1 : 1));
}
