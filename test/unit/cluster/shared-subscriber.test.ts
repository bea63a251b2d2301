import { describe, expect, it } from 'vitest';
import { SharedSubscriber } from '../../../src/cluster/shared-subscriber.js';
import { ManualClock } from '../../support/manual-clock.js';

function subscriber(): SharedSubscriber {
  return new SharedSubscriber(
    { name: 'tallies', version: 1 },
    new ManualClock(),
    () => undefined,
    (_, fault) => {
      throw fault;
    },
  );
}

describe('waiting for a subscriber of the cluster', () => {
  it('ends without success when nothing more will be heard, and does not begin afterwards', async () => {
    const one = subscriber();
    const waiting = one.waitFor('5');
    one.end();
    expect(await waiting).toBe(false);
    expect(await one.waitFor('6')).toBe(false);
  });

  it('ends with success by what is heard or seen, in whichever order', async () => {
    const one = subscriber();
    one.seen({ projection: 'tallies', number: 1, version: 1, complete: 1, checkpoint: '3' }, true);
    const [four, five] = [one.waitFor('4'), one.waitFor('5')];
    one.heard(1, '4', true);
    expect(await four).toBe(true);
    one.heard(2, '9', true);
    expect(one.checkpoint).toBe('4');
    one.seen({ projection: 'tallies', number: 1, version: 1, complete: 1, checkpoint: '5' }, false);
    expect(await five).toBe(true);
    expect(await one.waitFor('5')).toBe(true);
  });
});
