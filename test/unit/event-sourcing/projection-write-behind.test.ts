import { describe, expect, it } from 'vitest';
import { WriteBehind } from '../../../src/event-sourcing/projection-write-behind.js';
import type { TableSpec } from '../../../src/event-sourcing/projection.js';

const table: TableSpec = { name: 'things', columns: { id: { type: 'text' } }, primaryKey: ['id'] };

describe('a write behind what is projected', () => {
  function setUp(clears = true): {
    readonly writing: WriteBehind;
    readonly said: string[];
    readonly write: { readonly end: () => void; readonly fail: (error: Error) => void };
  } {
    const said: string[] = [];
    const load = (): Promise<[]> => {
      said.push('loaded');
      return Promise.resolve([]);
    };
    const writing = new WriteBehind({ loadKeys: load, loadWhere: load });
    let end = (): void => undefined;
    let fail = (error: Error): void => {
      throw error;
    };
    const write = new Promise<void>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
    writing.begun(
      write.then(() => {
        said.push('written');
      }),
      clears,
    );
    return { writing, said, write: { end, fail } };
  }

  it('comes before rows are read', async () => {
    const { writing, said, write } = setUp();
    const loading = Promise.all([writing.loadKeys(table, [['a']]), writing.loadWhere(table, { id: 'a' })]);
    write.end();
    await loading;
    expect(said).toEqual(['written', 'loaded', 'loaded']);
  });

  it('lets rows be read by their keys meanwhile, unless it clears others than those in memory', async () => {
    const { writing, said, write } = setUp(false);
    await writing.loadKeys(table, [['a']]);
    const searching = writing.loadWhere(table, { id: 'a' });
    write.end();
    await searching;
    expect(said).toEqual(['loaded', 'written', 'loaded']);
  });

  it('is told of its failure once, by whoever waits first', async () => {
    const { writing, said, write } = setUp();
    write.fail(new Error('disk full'));
    await expect(writing.loadKeys(table, [['a']])).rejects.toThrow('disk full');
    await writing.done();
    expect(said).toEqual([]);
  });

  it('is waited for, too, by who does not mind how it ends', async () => {
    const { writing, write } = setUp();
    let over = false;
    const given = writing.given().then(() => {
      over = true;
    });
    await Promise.resolve();
    expect(over).toBe(false);
    write.fail(new Error('disk full'));
    await given;
    await writing.done();
  });
});
