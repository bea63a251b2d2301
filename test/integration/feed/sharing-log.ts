import fc from 'fast-check';
import type { Slot } from '../../../src/vocabulary/slot.js';
import { SlotLog, digest, slot } from '../catalog/slot-log.js';

export const workspaces = ['acme', 'beta', 'gamma'] as const;

/** Few images, most of them pushed by their owners only, so that shares find room and begin and end all the time. */
const ownImages = [slot('acme', 'web'), slot('acme', 'api'), slot('beta', 'etl'), slot('gamma', 'own')];
const anyOwn = fc.constantFrom(...ownImages);
const anyImage = fc.oneof(
  { weight: 15, arbitrary: anyOwn },
  fc.tuple(fc.constantFrom(...workspaces), anyOwn).map(([workspace, { name }]) => slot(workspace, name)),
);
const anyTag = fc.constantFrom('v1', 'v2', 'latest');
const anyTarget = fc.constantFrom(...workspaces);
const anyAnswer = fc.constantFrom('accept', 'accept', 'decline', 'expire', 'withdraw', 'wait');

type Step = (log: SlotLog) => void;

function step<T>(
  weight: number,
  values: fc.Arbitrary<T>,
  run: (log: SlotLog, value: T) => void,
): fc.WeightedArbitrary<Step> {
  return {
    weight,
    arbitrary: values.map((value) => (log) => {
      run(log, value);
    }),
  };
}

function answer(log: SlotLog, at: Slot, target: string, how: string): void {
  const shareId = log.request(at, target, '2027-01-01T00:00:00Z');
  const data = { slot: at, shareId, now: log.now };
  if (how === 'accept') log.accept(at, shareId, target);
  if (how === 'decline') log.execute({ type: 'DeclineShareRequest', data });
  if (how === 'withdraw') log.execute({ type: 'UnshareImage', data: { slot: at, target } });
  if (how === 'expire') log.execute({ type: 'ExpireShareRequest', data: { ...data, now: '2028-01-01T00:00:00.000Z' } });
}

const anyStep = fc.oneof(
  step(8, fc.tuple(anyImage, anyTag, fc.integer({ min: 1, max: 9 })), (log, [at, tag, n]) => {
    log.push(at, tag, digest(n));
  }),
  step(5, fc.tuple(anyImage, anyTarget), (log, [at, target]) => {
    log.share(at, target);
  }),
  step(3, fc.tuple(anyImage, anyTarget), (log, [at, target]) => {
    log.unshare(at, target);
  }),
  step(2, fc.tuple(anyImage, anyTarget, anyAnswer), (log, [at, target, how]) => {
    answer(log, at, target, how);
  }),
  step(1, fc.tuple(anyImage, anyTag), (log, [at, tag]) => {
    log.execute({ type: 'DeleteTag', data: { slot: at, tag } });
  }),
  step(1, anyImage, (log, at) => {
    log.execute({ type: 'DeleteImage', data: { slot: at } });
  }),
  step(1, fc.tuple(anyTarget, anyOwn, anyTag), (log, [workspace, { name }, tag]) => {
    log.deploy(slot(workspace, name), 'one', tag);
  }),
  step(1, fc.tuple(anyTarget, anyOwn), (log, [workspace, { name }]) => {
    log.retire(slot(workspace, name), 'one');
  }),
  step(1, anyTarget, (log, workspace) => {
    log.workspace(workspace, 'account-1', workspace);
    log.record('other-stream', 'TagPushed', { of: workspace });
    log.record(`image-${workspace}/sandbox/web`, 'SomethingNewer', { a: 1 });
  }),
);

/** A log in which images are shared, pushed, and taken back, over and over. */
export const anySharingLog: fc.Arbitrary<SlotLog> = fc
  .array(anyStep, { minLength: 1, maxLength: 150, size: 'max' })
  .map((steps) => {
    const log = new SlotLog();
    for (const run of steps) run(log);
    return log;
  });
