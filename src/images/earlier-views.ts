import type { CatalogReader } from '../catalog/catalog-reader.js';
import { deploymentView } from '../catalog/view/deployment.view.js';
import type { DeploymentView } from '../catalog/view/deployment.view.js';
import type { Rendered } from '../catalog/view/rendered-image.js';
import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import { imageStream, parseImageStream, slotIn, slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { imageCodec } from './domain/image.codec.js';
import type { DeploymentData, ImageEvent } from './domain/image.events.js';

/** Which deployment of a slot. */
export type NamedDeployment = Pick<DeploymentData, 'kind' | 'deployment'>;

interface Happened {
  readonly recorded: RecordedEvent;
  readonly event: ImageEvent;
}

const pageSize = 200;

/**
 * What was there when a command ran: a command that comes again is answered as it was the first time, although what
 * it was about may be gone by now.
 */
export class EarlierViews {
  /** @param registry host of the registry, for pull references */
  constructor(
    private readonly events: Pick<EventReader, 'readStream'>,
    private readonly catalog: Pick<CatalogReader, 'get'>,
    private readonly registry: string | undefined,
  ) {}

  /** The image in a slot after the event at a position. */
  imageAt(slot: Slot, position: Position): Promise<Rendered | undefined> {
    return this.catalog.get(slot, position);
  }

  /** The image in a slot before the event of this revision of the slot's stream. */
  async imageBefore(slot: Slot, revision: bigint): Promise<Rendered | undefined> {
    if (revision === 0n) return undefined;
    const [before] = await this.events.readStream(imageStream(slot), { from: revision - 1n, limit: 1 });
    return before && this.imageAt(slot, before.position);
  }

  /** The deployment that an event of this revision of a slot's stream ended. */
  async deploymentBefore(
    stream: string,
    revision: bigint,
    wanted: NamedDeployment,
  ): Promise<DeploymentView | undefined> {
    const slot = parseImageStream(stream);
    if (slot === undefined) return undefined;
    let deployed: (Happened & { readonly event: { readonly type: 'ImageDeployed' } }) | undefined;
    for await (const { recorded, event } of this.#backwards(stream, revision)) {
      if (deployed === undefined && event.type === 'ImageDeployed' && isOf(event.data, wanted))
        deployed = { recorded, event };
      const source = sourceBy(event, slot);
      if (source === undefined) continue;
      return deployed && this.#deploymentView(slot, source, deployed.recorded, deployed.event.data);
    }
    return undefined;
  }

  #deploymentView(slot: Slot, source: Slot, recorded: RecordedEvent, data: DeploymentData): DeploymentView {
    const { occurredAt, principal } = readMetadata(recorded);
    const row = {
      workspace: slot.workspace,
      kind: data.kind,
      deployment: data.deployment,
      resource_type: slot.resourceType,
      name: slot.name,
      source_workspace: source.workspace,
      source_slot: slotLabel(source),
      tag: data.tag ?? null,
      digest: data.digest,
      deployed_at: occurredAt,
      deployed_by: principal,
      position: recorded.position,
    };
    return deploymentView(row, this.registry);
  }

  async *#backwards(stream: string, revision: bigint): AsyncGenerator<Happened, void, undefined> {
    for (let from = revision; from >= 0n; from -= BigInt(pageSize)) {
      const page = await this.events.readStream(stream, { from, direction: 'backwards', limit: pageSize });
      for (const recorded of page) {
        const event = imageCodec.decode(recorded);
        if (event !== undefined) yield { recorded, event };
      }
    }
  }
}

/** Whose image a slot holds from this event on; `undefined` for an event that does not say. */
function sourceBy(event: ImageEvent, slot: Slot): Slot | undefined {
  if (event.type === 'ImageRegistered') return slot;
  return event.type === 'SharedImageReceived' ? slotIn(event.data.source, slot) : undefined;
}

function isOf(data: NamedDeployment, { kind, deployment }: NamedDeployment): boolean {
  return data.kind === kind && data.deployment === deployment;
}
