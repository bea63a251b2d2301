import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe } from './blobs.js';
import type { BuiltImage } from './images.js';

/** An image of a layout under the name it is found by. */
export interface NamedImage {
  readonly image: BuiltImage;
  /** `org.opencontainers.image.ref.name` */
  readonly reference?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every file of an OCI image layout by its path. */
export function layoutFiles(images: readonly NamedImage[]): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  files.set('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })));
  const manifests = images.map(({ image, reference, annotations }) => {
    const all = {
      ...annotations,
      ...(reference !== undefined && { 'org.opencontainers.image.ref.name': reference }),
    };
    return { ...describe(image.root), ...(Object.keys(all).length > 0 && { annotations: all }) };
  });
  files.set(
    'index.json',
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })),
  );
  for (const { image } of images) {
    for (const { digest, bytes } of image.blobs) files.set(blobFile(digest), bytes);
  }
  return files;
}

/** Writes an OCI image layout that `skopeo`, `umoci` and `tagalong push --oci-layout` read. */
export async function writeOciLayout(directory: string, images: readonly NamedImage[]): Promise<void> {
  for (const [path, bytes] of layoutFiles(images)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

/** Path of the content of a digest inside a layout. */
export function blobFile(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
