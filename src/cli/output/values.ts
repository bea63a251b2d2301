import { plainText } from './plain-text.js';

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes for people, in steps of 1024: `1.50 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 && Number.isInteger(value) ? String(value) : value.toFixed(2);
  return `${text} ${units[unit] ?? ''}`;
}

/** `sha256:` and the first twelve characters, enough to recognize a digest by. */
export function shortDigest(digest: string): string {
  const colon = digest.indexOf(':');
  return plainText(digest.slice(0, colon + 13));
}

/** Turns times of the service into times for people. */
export interface TimeFormat {
  /** True for UTC, false for the zone of the machine. */
  readonly utc: boolean;
}

/** `2026-09-01 12:34:56`, with a `Z` in UTC; a text that is no time stays as it is. */
export function formatTime(time: string, { utc }: TimeFormat): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return plainText(time);
  if (utc) return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
