const began = Date.now();

/** Says what a long bench is at, with the seconds since it began. */
export function progress(what: string): void {
  console.error(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${what}`);
}
