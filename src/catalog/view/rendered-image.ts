import { createHash } from 'node:crypto';
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
    const metadata = JSON.stringify(imageMetadata(entry, rendition, this.registry));
    return {
      body: `{"metadata":${metadata},"spec":${rendition.spec}}`,
      etag: `"${this.#stamp}-${changed}-${rendition.position}"`,
    };
  }

  /** A list of images. Their entity tags make up its own: an event belongs to one slot, so they tell which images they are of. */
  list(images: readonly Rendered[], nextCursor: string | undefined): Rendered {
    let tags = `${this.#stamp} ${nextCursor ?? ''}`;
    for (const { etag } of images) tags += etag;
    return {
      body: `[${images.map(({ body }) => body).join(',')}]`,
      etag: `"${createHash('sha256').update(tags).digest('base64url').slice(0, 27)}"`,
    };
  }
}
