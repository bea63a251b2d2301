import { ImageFileError } from './image-file-error.js';

/** Adds up what an image stores, each distinct digest once. */
export class SizeLedger {
  private readonly sizes = new Map<string, number>();

  /** @param label the image, for messages */
  constructor(private readonly label: string) {}

  /** @throws ImageFileError when the same digest was added with another size */
  add({ digest, size }: { readonly digest: string; readonly size: number }): void {
    const known = this.sizes.get(digest);
    if (known !== undefined && known !== size) {
      throw new ImageFileError(
        this.label,
        `gives two sizes for ${digest}, ${String(known)} and ${String(size)} bytes`,
        'export the image again',
      );
    }
    this.sizes.set(digest, size);
  }

  /** Bytes. @throws ImageFileError when the sum is beyond what can be counted exactly */
  total(): number {
    let sum = 0;
    for (const size of this.sizes.values()) sum += size;
    if (!Number.isSafeInteger(sum)) throw new ImageFileError(this.label, 'claims more bytes than can be counted');
    return sum;
  }
}
