import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRows } from '../../../src/audit/verify/compare-rows.js';
import type { RowDifference } from '../../../src/audit/verify/compare-rows.js';
import type { TableSpec } from '../../../src/event-sourcing/projection.js';

type TestRow = Readonly<{ name: string; number: number; value: number | null }>;

const table: TableSpec<TestRow> = {
  name: 'rows',
  columns: { name: { type: 'text' }, number: { type: 'integer' }, value: { type: 'integer', nullable: true } },
  primaryKey: ['name', 'number'],
};

/** As a database gives them: ordered by the bytes of the UTF-8 text. */
async function* asStored(rows: readonly TestRow[]): AsyncGenerator<TestRow, void, undefined> {
  yield* [...rows].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || a.number - b.number);
  await Promise.resolve();
}

async function differences(live: readonly TestRow[], replayed: readonly TestRow[]): Promise<RowDifference[]> {
  const found: RowDifference[] = [];
  for await (const difference of compareRows(table, asStored(live), asStored(replayed)))
    if (difference !== undefined) found.push(difference);
  return found;
}

const row = fc.record({
  name: fc.string({
    unit: fc.constantFrom('a', 'Z', 'é', '\uE000', '\uFFFD', '\u{1F984}', '\u{10FFFF}'),
    maxLength: 3,
  }),
  number: fc.integer({ min: -2, max: 12 }),
  value: fc.option(fc.nat({ max: 1 })),
});
const rows = fc.uniqueArray(row, { selector: ({ name, number }) => `${name}/${number}`, maxLength: 20 });

describe('comparing two tables', () => {
  it('finds exactly the keys that differ, whatever characters they are made of', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (live, replayed) => {
        const byKey = (all: readonly TestRow[]) => new Map(all.map((one) => [`${one.name}/${one.number}`, one]));
        const left = byKey(live);
        const right = byKey(replayed);
        const expected = new Map<string, string>();
        for (const [key, one] of left) {
          const other = right.get(key);
          if (other === undefined) expected.set(key, 'row-too-many');
          else if (other.value !== one.value) expected.set(key, 'row-differs');
        }
        for (const key of right.keys()) if (!left.has(key)) expected.set(key, 'row-missing');
        const found = await differences(live, replayed);
        expect(new Map(found.map(({ key, kind }) => [key.join('/'), kind]))).toEqual(expected);
        expect(found).toHaveLength(expected.size);
      }),
    );
  });

  it('names the columns that differ and shows both rows', async () => {
    const live = { name: 'a', number: 1, value: 1 };
    const replayed = { name: 'a', number: 1, value: null };
    expect(await differences([live], [replayed])).toEqual([
      { kind: 'row-differs', key: ['a', 1], columns: ['value'], live, replayed },
    ]);
  });
});
