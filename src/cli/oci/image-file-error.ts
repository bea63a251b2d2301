/** An image on disk cannot be read as one. The message names the file, the fault and, where there is one, the remedy. */
export class ImageFileError extends Error {
  override readonly name: string = 'ImageFileError';

  /**
   * @param file what to look at, as the caller wrote it
   * @param fault what is wrong with it, without a full stop
   * @param remedy what to do about it, without a full stop
   */
  constructor(
    readonly file: string,
    fault: string,
    remedy?: string,
  ) {
    super(`${file}: ${fault}${remedy === undefined ? '' : `; ${remedy}`}`);
  }
}

/** A manifest lists fewer layers than its image has, as some versions of Docker write into their archives. */
export class IncompleteManifestError extends ImageFileError {
  override readonly name = 'IncompleteManifestError';
}
