import fc from 'fast-check';
import type { ResourceType } from '../../../src/vocabulary/names.js';
import { slotIn } from '../../../src/vocabulary/slot.js';
import { SlotLog, digest, slot } from './slot-log.js';

export const workspaces = ['acme', 'beta', 'gamma'] as const;
const names = ['web', 'data/etl'] as const;
const types: readonly ResourceType[] = ['agent', 'sandbox'];
const tags = ['v1', 'v2', 'latest'] as const;

const anySlot = fc
  .tuple(fc.constantFrom(...workspaces), fc.constantFrom(...types), fc.constantFrom(...names))
  .map(([workspace, type, name]) => slot(workspace, name, type));
const anyTag = fc.constantFrom(...tags);
const anyTarget = fc.constantFrom(...workspaces);
const anyDeployment = fc.constantFrom('one', 'two');

type Step = (log: SlotLog) => void;

const push = fc
  .record({ at: anySlot, tag: anyTag, n: fc.integer({ min: 1, max: 5 }) })
  .map(({ at, tag, n }): Step => (log) => {
    log.push(at, tag, digest(n), { size: n * 100 });
  });

const otherStep: fc.Arbitrary<Step> = fc.oneof(
  anySlot.map((at): Step => (log) => {
    log.register(at, 'docker.io/library/busybox');
  }),
  fc.record({ at: anySlot, tag: anyTag }).map(
    ({ at, tag }): Step =>
      (log) =>
        void log.execute({ type: 'DeleteTag', data: { slot: at, tag } }),
  ),
  anySlot.map(
    (at): Step =>
      (log) =>
        void log.execute({ type: 'DeleteImage', data: { slot: at } }),
  ),
  fc.record({ at: anySlot, target: anyTarget }).map(
    ({ at, target }): Step =>
      (log) =>
        void log.share(at, target),
  ),
  fc.record({ at: anySlot, target: anyTarget }).map(({ at, target }): Step => (log) => {
    log.unshare(at, target);
  }),
  fc
    .record({ at: anySlot, target: anyTarget, answer: fc.constantFrom('accept', 'decline', 'expire', 'wait') })
    .map(({ at, target, answer }): Step => (log) => {
      const shareId = log.request(at, target, '2027-01-01T01:00:00+01:00');
      const data = { slot: at, shareId, now: log.now };
      if (answer === 'accept') log.accept(at, shareId, target);
      if (answer === 'decline') log.execute({ type: 'DeclineShareRequest', data });
      if (answer === 'expire')
        log.execute({ type: 'ExpireShareRequest', data: { ...data, now: '2028-01-01T00:00:00.000Z' } });
    }),
  fc.record({ at: anySlot, name: anyDeployment, tag: anyTag }).map(({ at, name, tag }): Step => (log) => {
    log.deploy(at, name, tag);
  }),
  fc.record({ at: anySlot, name: anyDeployment }).map(({ at, name }): Step => (log) => {
    log.retire(at, name);
  }),
  fc.integer({ min: -5_000, max: 5_000 }).map((by): Step => (log) => {
    log.shiftClock(by);
  }),
  fc.constantFrom(...workspaces).map((name): Step => (log) => {
    log.workspace(name, 'account-1', name.toUpperCase());
  }),
  fc.constantFrom(...workspaces).map((name): Step => (log) => {
    log.rename(name, `The ${name}`);
  }),
  anySlot.map((at): Step => (log) => {
    log.record(`image-${at.workspace}/sandbox/x`, 'SomethingNewer', { a: 1 });
  }),
  anySlot.map((at): Step => (log) => {
    log.record('other-stream', 'TagPushed', { at: at.name });
  }),
);

/** A log of a few slots in which everything happens, long enough to pass snapshots when pushes prevail. */
export const anyLog: fc.Arbitrary<SlotLog> = fc
  .array(fc.oneof({ arbitrary: push, weight: 3 }, { arbitrary: otherStep, weight: 4 }), {
    minLength: 1,
    maxLength: 120,
    size: 'max',
  })
  .map((steps) => {
    const log = new SlotLog();
    for (const step of steps) step(log);
    return log;
  });

/** Every slot a random log may fill. */
export const allSlots = workspaces.flatMap((workspace) =>
  types.flatMap((type) => names.map((name) => slotIn(workspace, slot('any', name, type)))),
);
