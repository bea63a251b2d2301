/**
 * What lies on the disk cannot be used as it is: damaged, of a newer release, or not ours. The
 * message names the file, the fault and the way out. Nothing has been changed on the disk.
 */
export class UnusableStoreError extends Error {
  override readonly name = 'UnusableStoreError';

  constructor(
    readonly file: string,
    fault: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${file} cannot be used: ${fault}. ${remedy}`, options);
  }
}

/** The same for a file that is damaged; the way out is a backup. */
export function damaged(file: string, fault: string, options?: ErrorOptions): UnusableStoreError {
  return new UnusableStoreError(
    file,
    fault,
    'Stop the service, move this file away together with its -wal and -shm files, and restore the latest backup in its place.',
    options,
  );
}
