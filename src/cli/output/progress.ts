import type { World } from '../world.js';

const width = 24;

/** A line on standard error that shows how far something has come; nothing where that is no terminal. */
export class Progress {
  private isShown = false;

  constructor(private readonly stderr: World['stderr']) {}

  /** @param total what `done` will be in the end; unknown if left out */
  show(label: string, done: number, total?: number): void {
    if (this.stderr.isTTY !== true) return;
    const count = total === undefined ? String(done) : `${String(done)} of ${String(total)}`;
    const bar = total === undefined || total === 0 ? '' : `${barOf(Math.min(1, done / total))} `;
    this.stderr.write(`\r\u001b[K${label} ${bar}${count}`);
    this.isShown = true;
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (!this.isShown) return;
    this.stderr.write('\r\u001b[K');
    this.isShown = false;
  }
}

function barOf(share: number): string {
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
