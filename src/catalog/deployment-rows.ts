import type { ColumnValue, ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { deploymentsTable } from './catalog.tables.js';
import type { DeploymentRow } from './catalog.tables.js';
import type { ImageEventData, SlotEvent } from './slot-event.js';
import type { SlotInBatch } from './slot-in-batch.js';

/** The deployments that one batch changes. */
export class DeploymentRows {
  readonly #rows: RowSet<DeploymentRow>;
  readonly #keys: (readonly ColumnValue[])[] = [];

  constructor(rows: ProjectionRows) {
    this.#rows = rows.table(deploymentsTable);
  }

  /** Notes that an event will need the deployment's row. */
  expect({ slot }: SlotInBatch, { kind, deployment }: ImageEventData<'DeploymentRetired'>): void {
    this.#keys.push([slot.workspace, kind, deployment]);
  }

  async load(): Promise<void> {
    if (this.#keys.length > 0) await this.#rows.load(this.#keys);
  }

  deploy(slot: SlotInBatch, read: SlotEvent, data: ImageEventData<'ImageDeployed'>): void {
    const image = slot.change(read);
    if (image === undefined) return;
    image.last_deployed_at = read.at;
    const { workspace, resourceType, name } = slot.slot;
    const source = slot.source;
    this.#rows.put({
      workspace,
      kind: data.kind,
      deployment: data.deployment,
      resource_type: resourceType,
      name,
      source_workspace: source.workspace,
      source_slot: source.label,
      tag: data.tag ?? null,
      digest: data.digest,
      deployed_at: read.at,
      deployed_by: read.by,
      position: read.position,
    });
  }

  /** Ends a deployment, unless it meanwhile runs from an image of another slot: then it is no longer this slot's. */
  retire(slot: SlotInBatch, read: SlotEvent, { kind, deployment }: ImageEventData<'DeploymentRetired'>): void {
    if (slot.change(read) === undefined) return;
    const { workspace, resourceType, name } = slot.slot;
    const row = this.#rows.get(workspace, kind, deployment);
    if (row?.resource_type === resourceType && row.name === name) this.#rows.delete(workspace, kind, deployment);
  }

  /** The image is gone from the slot, and what was deployed from it with it. */
  clear({ slot }: SlotInBatch): void {
    this.#rows.clear({ workspace: slot.workspace, resource_type: slot.resourceType, name: slot.name });
  }
}
