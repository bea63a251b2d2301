import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '../written-log.js';
import type { ClusterNode } from './cluster-node.js';

const image = 'sandbox/probe';
const patienceMs = 90_000;
const attemptMs = 5_000;
const betweenMs = 10;

export interface Probe {
  readonly workspace: string;
  readonly operatorKey: string;
  /** Takes the push. */
  readonly through: ClusterNode;
  /** Is asked for it. */
  readonly on: ClusterNode;
}

/**
 * Milliseconds until a push through one node is visible on another, both tried again and again from now on.
 *
 * @throws Error when that takes longer than a test may
 */
export async function untilVisible({ workspace, operatorKey: key, through, on }: Probe): Promise<number> {
  const began = performance.now();
  const tag = `t-${randomUUID()}`;
  const body = { digest: digestOf(Math.floor(Math.random() * 1_000_000_000)), size: 1 };
  const headers = { 'idempotency-key': tag };
  await again(async () => {
    const call = { key, workspace, body, headers, signal: AbortSignal.timeout(attemptMs) };
    const { status } = await through.ask('PUT', `/images/${image}/tags/${tag}`, call);
    return status < 300;
  }, `a push through ${through.name}`);
  await again(async () => {
    const call = { key, workspace, signal: AbortSignal.timeout(attemptMs) };
    const { status } = await on.ask('GET', `/images/${image}:${tag}`, call);
    return status === 200;
  }, `the push on ${on.name}`);
  return performance.now() - began;
}

async function again(attempt: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    if (await attempt().catch(() => false)) return;
    if (performance.now() > giveUpAt) throw new Error(`it was not possible in time: ${what}`);
    await pause(betweenMs);
  }
}
