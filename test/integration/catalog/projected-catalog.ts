import { catalogProjection } from '../../../src/catalog/catalog.projection.js';
import { catalogQueries } from '../../../src/catalog/catalog.queries.js';
import type { CatalogQueries } from '../../../src/catalog/catalog.queries.js';
import type { CatalogSchema } from '../../../src/catalog/catalog.tables.js';
import { catalogHistoryProjection } from '../../../src/catalog/history/catalog-history.projection.js';
import type { CatalogHistorySchema } from '../../../src/catalog/history/history.tables.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import { BufferedRows } from '../../../src/event-sourcing/projection-rows.js';
import type { Generation } from '../../../src/event-sourcing/projection-store.js';
import type { Projection, Row } from '../../../src/event-sourcing/projection.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { openTestReadModel } from '../../support/read-model/each-read-model.js';

type Schema = CatalogSchema & CatalogHistorySchema;

interface Part {
  readonly projection: Projection;
  readonly generation: Generation;
  readonly rows: BufferedRows;
  checkpoint: Position | undefined;
}

/** Both projections of the catalog over a read model of their own, fed by hand. */
export class ProjectedCatalog {
  readonly queries: CatalogQueries;

  private constructor(
    private readonly readModel: ReadModel<Schema>,
    private readonly parts: readonly Part[],
  ) {
    this.queries = catalogQueries(readModel, readModel, 'registry.example');
  }

  static async open(): Promise<ProjectedCatalog> {
    const readModel = await openTestReadModel<Schema>();
    const parts: Part[] = [];
    for (const projection of [catalogProjection(), catalogHistoryProjection()]) {
      const { live } = await readModel.projections.open(projection);
      if (live === undefined) throw new Error(`${projection.name} has no live generation`);
      const rows = new BufferedRows(projection.tables, live);
      parts.push({ projection, generation: live, rows, checkpoint: undefined });
    }
    return new ProjectedCatalog(readModel, parts);
  }

  /** Projects the events in batches of these sizes, the last one again and again. */
  static async of(
    events: readonly RecordedEvent[],
    batchSizes: readonly number[] = [500],
    commitEvery = 1,
  ): Promise<ProjectedCatalog> {
    const catalog = await ProjectedCatalog.open();
    let begin = 0;
    for (let n = 0; begin < events.length; n++) {
      const size = batchSizes[n] ?? batchSizes.at(-1) ?? 1;
      await catalog.project(events.slice(begin, begin + size), (n + 1) % commitEvery === 0);
      begin += size;
    }
    await catalog.commit();
    return catalog;
  }

  async project(batch: readonly RecordedEvent[], commit = true): Promise<void> {
    for (const { projection, rows } of this.parts) {
      rows.beginBatch();
      await projection.project(batch, rows);
    }
    this.#passed = batch.at(-1)?.position ?? this.#passed;
    if (commit) await this.commit();
  }

  async commit(): Promise<void> {
    const to = this.#passed;
    if (to === undefined) return;
    for (const part of this.parts) {
      await part.generation.commit({ from: part.checkpoint, to, events: 0, changes: part.rows.changes() });
      part.rows.committed(100);
      part.checkpoint = to;
    }
  }

  /** Every row of every table, in order. */
  async dump(): Promise<Record<string, Row[]>> {
    const tables: Record<string, Row[]> = {};
    for (const { projection, generation } of this.parts) {
      for (const spec of projection.tables) {
        const rows = await generation.loadWhere(spec, {});
        tables[spec.name] = [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      }
    }
    return tables;
  }

  /** The images of a workspace as an answer shows them. */
  async list(workspace: string): Promise<unknown> {
    return JSON.parse((await this.queries.images.list(workspace)).body);
  }

  close(): Promise<void> {
    return this.readModel.close();
  }

  #passed: Position | undefined;
}
