import { StoreUnavailableError } from '../event-sourcing/faults.js';

/** Events could not be published now. Whoever publishes tries again. */
export function notPublished(reason: string, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`events cannot be published: ${reason}`, cause === undefined ? {} : { cause });
}

/**
 * What the broker says, if it says it in time.
 *
 * @throws StoreUnavailableError when it does not
 */
export async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(notPublished(`the broker has not confirmed within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
