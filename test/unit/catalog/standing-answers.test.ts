import { describe, expect, it } from 'vitest';
import { StandingAnswers } from '../../../src/catalog/queries/standing-answers.js';

interface Answer {
  readonly n: number;
}

/** Counts how often it is asked. */
function counter(): { ask: () => Promise<Answer>; asked: () => number } {
  let n = 0;
  return { ask: () => Promise.resolve({ n: ++n }), asked: () => n };
}

describe('an answer', () => {
  it('stands until the catalog moves', async () => {
    let position = '1';
    const answers = new StandingAnswers<Answer>(
      () => position,
      () => 1,
    );
    const { ask } = counter();
    expect(await answers.get('a', ask)).toEqual({ n: 1 });
    expect(await answers.get('a', ask)).toEqual({ n: 1 });
    expect(await answers.get('b', ask)).toEqual({ n: 2 });
    position = '2';
    expect(await answers.get('a', ask)).toEqual({ n: 3 });
  });

  it('does not stand when the catalog moved while it was found', async () => {
    let position = '1';
    const answers = new StandingAnswers<Answer>(
      () => position,
      () => 1,
    );
    const { ask, asked } = counter();
    await answers.get('a', () => {
      position = '2';
      return ask();
    });
    await answers.get('a', ask);
    expect(asked()).toBe(2);
  });

  it('does not stand when the position is not known, or after all was forgotten', async () => {
    const { ask, asked } = counter();
    const unknown = new StandingAnswers<Answer>(
      () => undefined,
      () => 1,
    );
    await unknown.get('a', ask);
    await unknown.get('a', ask);
    expect(asked()).toBe(2);
    const known = new StandingAnswers<Answer>(
      () => '1',
      () => 1,
    );
    await known.get('a', ask);
    known.forget();
    await known.get('a', ask);
    expect(asked()).toBe(4);
  });
});
