import { describe, expect, it } from 'vitest';
import { BufferedRows } from '../../../src/event-sourcing/projection-rows.js';
import type { RowSource } from '../../../src/event-sourcing/projection-store.js';
import type { ColumnValue, TableSpec } from '../../../src/event-sourcing/projection.js';

type PageRow = Readonly<{ id: string; text: string }>;

const pages: TableSpec<PageRow> = {
  name: 'pages',
  columns: { id: { type: 'text' }, text: { type: 'text' } },
  primaryKey: ['id'],
};

/** Rows over an empty database, which notes the keys it is asked for. */
function bufferedRows() {
  const asked: ColumnValue[] = [];
  const source: RowSource = {
    loadKeys: (_table, keys) => {
      asked.push(...keys.flat());
      return Promise.resolve([]);
    },
    loadWhere: () => Promise.resolve([]),
  };
  const rows = new BufferedRows([pages], source);
  return { rows, table: rows.table(pages), asked };
}

const light = 'x';
const heavy = 'x'.repeat(50_000);

describe('what counts as a row in memory', () => {
  it('is a row, as long as it is light', () => {
    const { rows, table } = bufferedRows();
    for (let n = 0; n < 10; n++) table.put({ id: `${n}`, text: light });
    expect(rows.dirty).toBe(10);
  });

  it('is more than a row when it is heavy, and only for the text it has last', () => {
    const { rows, table } = bufferedRows();
    table.put({ id: 'a', text: heavy });
    expect(rows.dirty).toBeGreaterThan(50);
    table.put({ id: 'a', text: heavy });
    const once = rows.dirty;
    table.put({ id: 'a', text: light });
    expect(rows.dirty).toBe(1);
    table.put({ id: 'a', text: heavy });
    expect(rows.dirty).toBe(once);
    rows.committed(1_000);
    expect(rows.dirty).toBe(0);
  });

  it('decides what stays in memory after a commit', async () => {
    const kept = async (text: string): Promise<boolean> => {
      const { rows, table, asked } = bufferedRows();
      for (let commit = 0; commit < 3; commit++) {
        rows.beginBatch();
        for (let n = 0; n < 10; n++) table.put({ id: `${commit}-${n}`, text });
        rows.committed(100);
      }
      rows.beginBatch();
      await table.load([['0-0']]);
      return asked.length === 0;
    };
    expect(await kept(light)).toBe(true);
    expect(await kept(heavy)).toBe(false);
  });
});
