import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const loadBefore = oneMinuteLoad();

/** One figure against a limit or a peer that was measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against. */
  readonly against: { readonly name: string; readonly value: number; readonly unit: string };
  /** `value / against`, or the other way round where less is better. */
  readonly ratio: number;
  /** The ratio, or the value, that is asked for. */
  readonly target: string;
  readonly reached: boolean;
  readonly note?: string;
}

/** A figure that should be at least so many times its peer. */
export function atLeast(
  name: string,
  value: number,
  peer: string,
  peerValue: number,
  ratio: number,
  unit: string,
  note?: string,
): Figure {
  const reached = value / peerValue;
  return {
    name,
    value: rounded(value),
    unit,
    against: { name: peer, value: rounded(peerValue), unit },
    ratio: rounded(reached),
    target: `>= ${ratio} x`,
    reached: reached >= ratio,
    ...(note !== undefined && { note }),
  };
}

/** A figure that should be at most so many times its peer. */
export function atMost(
  name: string,
  value: number,
  peer: string,
  peerValue: number,
  ratio: number,
  unit: string,
  note?: string,
): Figure {
  const reached = value / peerValue;
  return {
    name,
    value: rounded(value),
    unit,
    against: { name: peer, value: rounded(peerValue), unit },
    ratio: rounded(reached),
    target: `<= ${ratio} x`,
    reached: reached <= ratio,
    ...(note !== undefined && { note }),
  };
}

/** A figure with a limit of its own. */
export function below(name: string, value: number, limit: number, unit: string, note?: string): Figure {
  return {
    name,
    value: rounded(value),
    unit,
    against: { name: 'limit', value: limit, unit },
    ratio: rounded(value / limit),
    target: `< ${limit} ${unit}`,
    reached: value < limit,
    ...(note !== undefined && { note }),
  };
}

/**
 * Prints the figures and writes them to `test/bench/results/{bench}.json`, with the command and the machine.
 *
 * The load is the one-minute average of the whole machine before and after. A bench by itself makes it about 1 to 2; on two cores
 * more than that means that something else ran, and the run is better repeated.
 */
export function report(bench: string, figures: readonly Figure[]): void {
  const directory = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  const [cpu] = cpus();
  const machine = {
    node: process.version,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const settings = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('BENCH_') ? [`${name}=${value ?? ''} `] : [],
  );
  const content = {
    bench,
    command: `${settings.join('')}npm run bench -- ${bench}`,
    at: new Date().toISOString(),
    machine,
    load: { before: loadBefore, after: oneMinuteLoad() },
    figures,
  };
  writeFileSync(`${directory}${bench}.json`, `${JSON.stringify(content, null, 2)}\n`);
  for (const { name, value, unit, against, ratio, target, reached, note } of figures) {
    console.log(
      `${reached ? 'reached' : 'MISSED '}  ${name}: ${value} ${unit}; ${against.name}: ${against.value} ${against.unit}; ratio ${ratio} (${target})`,
    );
    if (note !== undefined) console.log(`         ${note}`);
  }
}

/** The value below which this share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function oneMinuteLoad(): number {
  return rounded(loadavg()[0] ?? Number.NaN);
}
