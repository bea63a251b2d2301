import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again until the answer is given.
 *
 * @throws Error when that takes longer than a test may
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > giveUpAt) throw new Error(`it never came about: ${what}`);
    await sleep(20);
  }
}
