/** More waits to be answered than the service keeps in mind; it takes what is sent again in a moment. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';

  constructor() {
    super('the service has more to do than it can queue; nothing was done, send the message again in a moment');
  }
}
