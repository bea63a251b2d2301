import { valueOf } from './projection-row-key.js';
import type { ColumnValue, Row } from './projection.js';

type Branch<V extends object> = Map<ColumnValue, Branch<V> | V>;

/**
 * Values under composite keys, one level of maps per column. No key has to be put together to look
 * one up, and texts that come again and again are hashed once.
 */
export class KeyTree<V extends object> {
  #root: Branch<V> = new Map();
  #size = 0;

  /** @param columns names of the key's columns, at least one */
  constructor(private readonly columns: readonly string[]) {}

  get size(): number {
    return this.#size;
  }

  get(key: readonly ColumnValue[]): V | undefined {
    let node: Branch<V> | V | undefined = this.#root;
    for (const part of key) {
      if (!(node instanceof Map)) return undefined;
      node = node.get(part);
    }
    return node instanceof Map ? undefined : node;
  }

  /** What is under the key that this row has. */
  getOf(row: Row): V | undefined {
    let node: Branch<V> | V | undefined = this.#root;
    for (const column of this.columns) {
      if (!(node instanceof Map)) return undefined;
      node = node.get(valueOf(row, column));
    }
    return node instanceof Map ? undefined : node;
  }

  set(key: readonly ColumnValue[], value: V): void {
    const last = this.columns.length - 1;
    let branch = this.#root;
    for (let level = 0; level < last; level++) {
      const part = key[level] ?? null;
      let next = branch.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        branch.set(part, next);
      }
      branch = next;
    }
    const before = branch.size;
    branch.set(key[last] ?? null, value);
    this.#size += branch.size - before;
  }

  /** Takes out what is under the key. Leaves empty branches behind. */
  delete(key: readonly ColumnValue[]): void {
    const last = this.columns.length - 1;
    let branch = this.#root;
    for (let level = 0; level < last; level++) {
      const next = branch.get(key[level] ?? null);
      if (!(next instanceof Map)) return;
      branch = next;
    }
    if (branch.delete(key[last] ?? null)) this.#size -= 1;
  }

  *values(): Iterable<V> {
    yield* valuesOf(this.#root);
  }

  clear(): void {
    this.#root = new Map();
    this.#size = 0;
  }
}

function* valuesOf<V extends object>(branch: Branch<V>): Iterable<V> {
  for (const node of branch.values()) {
    if (node instanceof Map) yield* valuesOf(node);
    else yield node;
  }
}
