/** The issuer of tokens cannot be asked for its keys now; nothing is known about the token. Try again later. */
export class IdentityProviderUnavailableError extends Error {
  override readonly name = 'IdentityProviderUnavailableError';

  constructor(issuer: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`the keys of the identity provider ${issuer} cannot be had: ${why}`, { cause });
  }
}
