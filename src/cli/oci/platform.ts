const partPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

interface PlatformParts {
  readonly os?: string | undefined;
  readonly architecture?: string | undefined;
  readonly variant?: string | undefined;
}

/** `os/architecture[/variant]`; `undefined` where one of the first two is missing. */
export function formatPlatform({ os, architecture, variant }: PlatformParts): string | undefined {
  if (os === undefined || os === '' || architecture === undefined || architecture === '') return undefined;
  return variant === undefined || variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** True for `os/architecture` and `os/architecture/variant`. */
export function isPlatform(text: string): boolean {
  const parts = text.split('/');
  return (parts.length === 2 || parts.length === 3) && parts.every((part) => partPattern.test(part));
}

/** A platform asked for without a variant takes any variant. */
export function matchesPlatform(actual: string, wanted: string): boolean {
  return actual === wanted || (wanted.split('/').length === 2 && actual.startsWith(`${wanted}/`));
}
