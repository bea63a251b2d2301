/** A principal taken apart: `user:SUB` or `service-account:CLIENTID`. */
export type NamedPrincipal =
  { readonly kind: 'user'; readonly sub: string } | { readonly kind: 'service-account'; readonly clientId: string };

const userPrefix = 'user:';
const serviceAccountPrefix = 'service-account:';
export const subPattern = /^[\x21-\x7e]{1,255}$/;
export const clientIdPattern = /^sa_[A-Za-z0-9]{1,60}$/;

/** 1–255 visible ASCII characters: what OpenID Connect allows for `sub`, without spaces. */
export function isSub(text: string): boolean {
  return subPattern.test(text);
}

/** `sa_` and 1–60 letters or digits. */
export function isClientId(text: string): boolean {
  return clientIdPattern.test(text);
}

/** The name under which a user is a member, acts and is put on record. */
export function userPrincipal(sub: string): string {
  return `${userPrefix}${sub}`;
}

/** The name under which a service account is a member, acts and is put on record. */
export function serviceAccountPrincipal(clientId: string): string {
  return `${serviceAccountPrefix}${clientId}`;
}

/** The principal a name stands for; `undefined` when nobody can be a member under that name. */
export function parsePrincipal(name: string): NamedPrincipal | undefined {
  if (name.startsWith(userPrefix)) {
    const sub = name.slice(userPrefix.length);
    return isSub(sub) ? { kind: 'user', sub } : undefined;
  }
  if (name.startsWith(serviceAccountPrefix)) {
    const clientId = name.slice(serviceAccountPrefix.length);
    return isClientId(clientId) ? { kind: 'service-account', clientId } : undefined;
  }
  return undefined;
}
