/** The service ends and takes nothing new; another one may, or this one after its start. */
export class ShuttingDownError extends Error {
  override readonly name = 'ShuttingDownError';

  constructor() {
    super('the service is shutting down and takes nothing new; send the request again in a moment');
  }
}
