import fc from 'fast-check';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import { slot } from './slot-fixtures.js';

const tag = fc.constantFrom('v1', 'v2', 'stable', 'latest');
const digest = fc.constantFrom('a', 'b', 'c').map((letter) => `sha256:${letter.repeat(64)}`);
const target = fc.constantFrom('beta', 'gamma', 'delta', slot.workspace);
const source = fc.constantFrom('origin', 'origin', 'elsewhere', slot.workspace);
const shareId = fc.constantFrom('s1', 's2', 's3', 's4', 's5');
const targetAccountId = fc.constantFrom('acc_1', 'acc_2');
const kind = fc.constantFrom('agent', 'job');
const deployment = fc.constantFrom('helper', 'worker');
const reason = fc.constantFrom('requested', 'name-taken');
/** Clocks jump: nothing says that a later command has a later time. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((hour) => `2026-03-01T0${hour}:00:00.000Z`),
  fc.integer({ min: 0, max: 9 }).map((hour) => `2026-03-01T1${hour}:00:00+05:00`),
);
const here = { slot: fc.constant(slot) };
const parties = { shareId, target, targetAccountId };
const aboutRequest = fc.record({ ...here, shareId, now: time });

/** Any command for the slot, from few enough names and times that they meet each other. */
export const anyCommand: fc.Arbitrary<ImageCommand> = fc.oneof(
  fc.record({ type: fc.constant('RegisterImage'), data: fc.record(here) }),
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('PushTag'),
      data: fc.record({ ...here, tag, digest, size: fc.nat(), platforms: fc.subarray(['linux/amd64', 'linux/arm64']) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('DeleteTag'), data: fc.record({ ...here, tag }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('DeleteImage'), data: fc.record(here) }) },
  fc.record({ type: fc.constant('ShareImage'), data: fc.record({ ...here, ...parties }) }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('RequestShare'),
      data: fc.record({ ...here, ...parties, expiresAt: time, now: time }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('UnshareImage'), data: fc.record({ ...here, target }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('AcceptShareRequest'), data: aboutRequest }) },
  fc.record({ type: fc.constant('DeclineShareRequest'), data: aboutRequest }),
  fc.record({ type: fc.constant('ExpireShareRequest'), data: aboutRequest }),
  fc.record({ type: fc.constant('CompensateShare'), data: fc.record({ ...here, shareId }) }),
  fc.record({ type: fc.constant('ReceiveSharedImage'), data: fc.record({ ...here, shareId, source }) }),
  fc.record({ type: fc.constant('RevokeSharedImage'), data: fc.record({ ...here, shareId, reason }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('RecordDeployment'),
      data: fc.record(
        { ...here, kind, deployment, tag, digest },
        { requiredKeys: ['slot', 'kind', 'deployment', 'digest'] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('RetireDeployment'), data: fc.record({ ...here, kind, deployment }) }),
  },
);

/** A life of one slot. */
export const anyCommands: fc.Arbitrary<ImageCommand[]> = fc.array(anyCommand, { maxLength: 80, size: 'max' });
