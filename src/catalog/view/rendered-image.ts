import { createHash } from 'node:crypto';
import { slotLabel } from '../../vocabulary/slot.js';
import { imageMetadata, imageSpec, isBuilt } from './image.view.js';
import type { CatalogEntry, ImageContent } from './image.view.js';

/** Raised with every change of what is rendered, so that a tag given out by an older release no longer matches. */
const form = 1;

/** An answer ready to be sent. */
export interface Rendered {
  /** JSON. */
  readonly body: string;
  /** A strong entity tag with its quotes. It changes whenever the body does. */
  readonly etag: string;
}

/** What everyone sees of an image, rendered once per change. */
export interface ImageRendition {
  /** The last event of the owner's slot when it was rendered. */
  readonly position: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly built: boolean;
  /** JSON of the view's `spec`. */
  readonly spec: string;
}

export function renderContent(position: string, content: ImageContent): ImageRendition {
  const { createdAt, updatedAt } = content;
  return { position, createdAt, updatedAt, built: isBuilt(content), spec: JSON.stringify(imageSpec(content)) };
}

/** Puts together what one workspace sees of an image. */
export class ImageRenderer {
  readonly #stamp: string;

  /** @param registry host of the registry, to be shown in names */
  constructor(private readonly registry: string | undefined) {
    this.#stamp = createHash('sha256')
      .update(`${form} ${registry ?? ''}`)
      .digest('base64url')
      .slice(0, 6);
  }

  /** @param changed the last event of the entry's own slot */
  image(entry: CatalogEntry, changed: string, rendition: ImageRendition): Rendered {
    return {
      body: this.#json(entry, rendition),
      etag: `"${this.#stamp}-${changed}-${rendition.position}"`,
    };
  }

  list(images: readonly ListedImage[], nextCursor: string | undefined): Rendered {
    const hash = createHash('sha256').update(this.#stamp);
    const bodies: string[] = [];
    for (const { entry, changed, rendition } of images) {
      hash.update(`${slotLabel(entry.slot)} ${changed} ${rendition.position}\n`);
      bodies.push(this.#json(entry, rendition));
    }
    hash.update(nextCursor ?? '');
    return { body: `[${bodies.join(',')}]`, etag: `"${hash.digest('base64url').slice(0, 27)}"` };
  }

  #json(entry: CatalogEntry, rendition: ImageRendition): string {
    return `{"metadata":${JSON.stringify(imageMetadata(entry, rendition, this.registry))},"spec":${rendition.spec}}`;
  }
}

/** One image of a list. */
export interface ListedImage {
  readonly entry: CatalogEntry;
  /** The last event of the entry's own slot. */
  readonly changed: string;
  readonly rendition: ImageRendition;
}
