import { describe, expect, it } from 'vitest';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import { isOutcome } from '../../../src/images/domain/image.outcome.js';
import { slot } from './slot-fixtures.js';

const a = `sha256:${'a'.repeat(64)}`;
const b = `sha256:${'b'.repeat(64)}`;
const parties = { shareId: 's1', target: 'beta', targetAccountId: 'one' };

/** What commands recorded, each with those it cannot be the outcome of although they are for the same slot. */
const cases: readonly (readonly [ImageEvent, readonly ImageCommand[]])[] = [
  [
    { type: 'TagPushed', data: { tag: 'v1', digest: a, size: 1, platforms: [] } },
    [
      { type: 'PushTag', data: { slot, tag: 'v2', digest: a, size: 1, platforms: [] } },
      { type: 'PushTag', data: { slot, tag: 'v1', digest: b, size: 1, platforms: [] } },
      { type: 'PushTag', data: { slot, tag: 'v1', digest: a, size: 2, platforms: [] } },
      { type: 'DeleteTag', data: { slot, tag: 'v1' } },
      { type: 'DeleteImage', data: { slot } },
      { type: 'RegisterImage', data: { slot } },
    ],
  ],
  [{ type: 'TagDeleted', data: { tag: 'v1', digest: a } }, [{ type: 'DeleteTag', data: { slot, tag: 'v2' } }]],
  [
    { type: 'ImageShared', data: parties },
    [
      { type: 'ShareImage', data: { slot, ...parties, target: 'gamma' } },
      { type: 'UnshareImage', data: { slot, target: 'beta' } },
      { type: 'AcceptShareRequest', data: { slot, shareId: 's2', now: '2026-01-01T00:00:00.000Z' } },
    ],
  ],
  [
    { type: 'ImageUnshared', data: { ...parties, reason: 'requested' } },
    [
      { type: 'UnshareImage', data: { slot, target: 'gamma' } },
      { type: 'ShareImage', data: { slot, ...parties } },
    ],
  ],
  [
    { type: 'ImageDeployed', data: { kind: 'agent', deployment: 'one', digest: a } },
    [
      { type: 'RecordDeployment', data: { slot, kind: 'agent', deployment: 'two', digest: a } },
      { type: 'RecordDeployment', data: { slot, kind: 'job', deployment: 'one', digest: a } },
      { type: 'RetireDeployment', data: { slot, kind: 'agent', deployment: 'one' } },
    ],
  ],
];

describe('what a command recorded', () => {
  it.each(cases)('%j is not the outcome of another', (event, commands) => {
    for (const command of commands) expect(isOutcome(command, [event])).toBe(false);
  });

  it('is the outcome of a deployment whatever its tag means by now', () => {
    const event: ImageEvent = {
      type: 'ImageDeployed',
      data: { kind: 'agent', deployment: 'one', tag: 'v1', digest: a },
    };
    const again: ImageCommand = {
      type: 'RecordDeployment',
      data: { slot, kind: 'agent', deployment: 'one', tag: 'v1', digest: b },
    };
    expect(isOutcome(again, [event])).toBe(true);
  });

  it('is the outcome of sharing at once or by request, whatever the policy says by now', () => {
    const request: ImageCommand = {
      type: 'RequestShare',
      data: { slot, ...parties, expiresAt: '2026-01-02T00:00:00.000Z', now: '2026-01-01T00:00:00.000Z' },
    };
    expect(isOutcome(request, [{ type: 'ImageShared', data: parties }])).toBe(true);
  });
});
