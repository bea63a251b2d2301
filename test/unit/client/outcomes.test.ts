import { describe, expect, it } from 'vitest';
import { commandOutcomeIn, queryOutcomeIn } from '../../../src/client/outcomes.js';

const refusal = { outcome: 'rejected', error: 'not-owner', code: 409, message: 'It is shared in.' };

describe('what came back to the client', () => {
  it('is an outcome under the id that was sent, though a refusal of what was not read has none', () => {
    expect(commandOutcomeIn({ ...refusal, id: null }, 'c1')).toEqual({ ...refusal, id: 'c1' });
    expect(queryOutcomeIn('GetImage', { ...refusal, id: null }, 'q1')).toEqual({ ...refusal, id: 'q1' });
    const done = { outcome: 'accepted', stream: 's', revision: 3, position: '9', result: { shareId: 'x' } };
    expect(commandOutcomeIn({ ...done, id: 'c2' }, 'c2')).toEqual({ ...done, id: 'c2' });
  });

  it('may hold more than this release knows', () => {
    const data = [{ metadata: { name: 'base' }, later: true }];
    const reply = { outcome: 'answered', data, nextCursor: 'n', later: true };
    expect(queryOutcomeIn('ListImages', reply, 'q')).toEqual({ outcome: 'answered', data, nextCursor: 'n' });
  });

  it.each([
    ['of something else', { outcome: 'delivered' }],
    ['with a field of another kind', { outcome: 'accepted', revision: 'three' }],
    ['that refuses without saying why', { outcome: 'rejected', code: 400 }],
    ['to a question', { outcome: 'answered', data: {} }],
  ])('is no outcome of a command when it is an answer %s', (_, reply) => {
    expect(() => commandOutcomeIn(reply, 'c')).toThrow(/no answer of this service/);
  });

  it('does not answer a question when it is a list for one, one for a list, or nothing', () => {
    const answered = (data?: unknown) => ({ outcome: 'answered', data });
    expect(() => queryOutcomeIn('ListImages', answered({}), 'q')).toThrow('does not answer ListImages');
    expect(() => queryOutcomeIn('GetImage', answered([]), 'q')).toThrow('does not answer GetImage');
    expect(() => queryOutcomeIn('GetImage', answered(null), 'q')).toThrow('does not answer GetImage');
    expect(() => queryOutcomeIn('GetImage', answered(), 'q')).toThrow('does not answer GetImage');
  });
});
