/**
 * Nothing is known of what was sent: the service or the broker did not answer, or failed. A command may be sent again
 * with the same id, and has one effect.
 */
export class TagalongUnavailableError extends Error {
  override readonly name = 'TagalongUnavailableError';

  constructor(
    message: string,
    /** Of the command or question. */
    readonly id: string | undefined,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
