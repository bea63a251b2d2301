import { LRUCache } from 'lru-cache';
import { hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { rowSlot } from '../row-slot.js';
import type { ImageRenderer, Rendered } from '../view/rendered-image.js';
import { ownerOf } from './entry.query.js';
import type { EntryRow } from './entry.query.js';
import type { RenditionCache } from './rendition-cache.js';

const characters = 16 * 1024 * 1024;

interface KeptImage {
  /** The last event of the entry's own slot. */
  readonly changed: Position;
  /** The last event of the owner's slot. */
  readonly position: Position;
  readonly rendered: Rendered;
}

/** What workspaces see of images, kept until it changes. Bounded by the length of the text it keeps. */
export class RenderedImages {
  readonly #kept = new LRUCache<string, KeptImage>({
    maxSize: characters,
    sizeCalculation: ({ rendered }) => rendered.body.length + 300,
  });

  constructor(
    private readonly renditions: RenditionCache,
    private readonly renderer: ImageRenderer,
  ) {}

  /** The image of an entry as it was rendered before; `undefined` when it has changed since or was let go. */
  kept(workspace: string, row: EntryRow): Rendered | undefined {
    const kept = this.#kept.get(keyOf(workspace, row));
    if (kept?.changed !== row.changed_position) return undefined;
    return hasPassed(kept.position, row.source_position ?? row.changed_position) ? kept.rendered : undefined;
  }

  /** Renders the image of an entry; `undefined` when it is gone at its source. */
  async render(workspace: string, row: EntryRow): Promise<Rendered | undefined> {
    const { source_workspace: source, created_at: since, last_deployed_at: lastDeployedAt } = row;
    const changed = row.changed_position;
    const rendition = await this.renditions.get(ownerOf(workspace, row), row.source_position ?? changed);
    if (rendition === undefined) return undefined;
    const entry = { slot: rowSlot(workspace, row), source, since, lastDeployedAt };
    const rendered = this.renderer.image(entry, changed, rendition);
    this.#kept.set(keyOf(workspace, row), { changed, position: rendition.position, rendered });
    return rendered;
  }

  forget(): void {
    this.#kept.clear();
    this.renditions.forget();
  }
}

function keyOf(workspace: string, row: EntryRow): string {
  return `${workspace}/${row.resource_type}/${row.name}`;
}
