/**
 * Whether `If-None-Match` says that the caller holds this version already (RFC 9110 §13.1.2): tags are compared weakly,
 * for proxies that change how an answer is encoded make them weak.
 */
export function isHeld(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((held) => held.trim().replace(/^W\//, '') === etag);
}
