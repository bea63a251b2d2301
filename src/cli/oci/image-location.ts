import { stat } from 'node:fs/promises';

/** Where an image is on disk, and which one of several. */
export interface ImageLocation {
  readonly path: string;
  readonly reference: string | undefined;
}

/**
 * Splits `PATH[:REF]`. A path that exists as it stands wins, so that names with a colon in them work; otherwise the
 * first colon behind which the rest is a reference, the way `skopeo` writes its locations.
 */
export async function parseLocation(text: string): Promise<ImageLocation> {
  if (await exists(text)) return { path: text, reference: undefined };
  for (let colon = text.indexOf(':', 1); colon > 0; colon = text.indexOf(':', colon + 1)) {
    const path = text.slice(0, colon);
    const reference = text.slice(colon + 1);
    if (reference !== '' && (await exists(path))) return { path, reference };
  }
  return { path: text, reference: undefined };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}
