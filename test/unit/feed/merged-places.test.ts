import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventPlace } from '../../../src/audit/event-places.js';
import type { Stretch } from '../../../src/catalog/feed/feed-index.js';
import { MergedPlaces, Strand } from '../../../src/catalog/feed/merged-places.js';
import { toPosition } from '../../../src/event-store/numeric-position.js';

const through = toPosition(1_000_000);

function strandOf(numbers: readonly number[], cutsBatches = false): Strand {
  const places = [...numbers]
    .sort((a, b) => a - b)
    .map((n) => ({ position: toPosition(n), stream: 's', revision: 0n }));
  const find = ({ after = '', limit }: Stretch): Promise<readonly EventPlace[]> =>
    Promise.resolve(places.filter(({ position }) => position > after).slice(0, limit));
  return new Strand(find, undefined, through, cutsBatches);
}

/** Numbers that are each in one strand, and the strand each is in. */
const dealt = fc.tuple(
  fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 600, size: 'max' }),
  fc.array(fc.nat({ max: 9 }), { minLength: 600, maxLength: 600, size: 'max' }),
);

function deal([numbers, hands]: readonly [readonly number[], readonly number[]]): number[][] {
  const strands: number[][] = Array.from({ length: 10 }, () => []);
  for (const [index, number] of numbers.entries()) strands[hands[index] ?? 0]?.push(number);
  return strands;
}

async function drain(merged: MergedPlaces, limit: number): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const places = await merged.take(limit);
    if (places.length === 0) return taken;
    taken.push(...places.map(({ position }) => position));
  }
}

describe('merged places', () => {
  it('come in the order of positions, none twice, whatever strand they are of', async () => {
    await fc.assert(
      fc.asyncProperty(dealt, fc.integer({ min: 1, max: 50 }), async (cards, limit) => {
        const merged = new MergedPlaces();
        for (const numbers of deal(cards)) await merged.add(strandOf(numbers));
        expect(await drain(merged, limit)).toEqual([...cards[0]].sort((a, b) => a - b).map(toPosition));
      }),
    );
  });

  it('leave out the rest of closed strands, and take up new ones in their order', async () => {
    await fc.assert(
      fc.asyncProperty(dealt, fc.nat({ max: 9 }), fc.nat({ max: 300 }), async (cards, closed, at) => {
        const [joining = [], ...hands] = deal(cards);
        const merged = new MergedPlaces();
        const strands = hands.map((numbers) => strandOf(numbers));
        for (const strand of strands) await merged.add(strand);
        const first = at === 0 ? [] : await merged.take(at);
        const reached = first.at(-1)?.position ?? '';
        strands[closed]?.close();
        const later = joining.filter((n) => toPosition(n) > reached);
        await merged.add(strandOf(later));
        const open = hands.filter((_, index) => index !== closed).flat();
        const rest = [...open, ...later].filter((n) => toPosition(n) > reached);
        expect(await drain(merged, 7)).toEqual(rest.sort((a, b) => a - b).map(toPosition));
      }),
    );
  });

  it('are not taken ahead beyond a place of a strand that cuts batches', async () => {
    const merged = new MergedPlaces();
    await merged.add(strandOf([1, 2, 5, 8]));
    await merged.add(strandOf([3, 6], true));
    const batches: number[][] = [];
    for (let n = 0; n < 4; n++) batches.push((await merged.take(10)).map(({ position }) => Number(position)));
    expect(batches).toEqual([[1, 2, 3], [5, 6], [8], []]);
  });
});
