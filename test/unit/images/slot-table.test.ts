import { describe, it } from 'vitest';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import type { ImageRejection } from '../../../src/images/domain/image.rejections.js';
import type { ImageState } from '../../../src/images/domain/image.state.js';
import type { Expected } from '../../support/given-when-then.js';
import {
  accept,
  compensate,
  decline,
  declined,
  deleteImage,
  deleteTag,
  deleted,
  deploy,
  deployed,
  digestA,
  digestB,
  expire,
  expired,
  givenSlot,
  one,
  push,
  pushed,
  receive,
  received,
  register,
  registered,
  request,
  requested,
  retire,
  retired,
  revoke,
  revoked,
  share,
  shared,
  tagDeleted,
  unshare,
  unshared,
} from './slot-fixtures.js';

type Outcome = Expected<ImageEvent, ImageRejection>;
type Cells = Readonly<Record<ImageState['kind'], Outcome>>;

interface Row extends Cells {
  readonly command: ImageCommand;
  /** What happened to the image beyond being registered with tag v1, before the command. */
  readonly ownedBefore?: readonly ImageEvent[];
  /** What happened to the image shared in, before the command. */
  readonly sharedInBefore?: readonly ImageEvent[];
}

const share1 = shared('s1');

/** The main row of every command; what each cell says beyond it is told in the tests of its rules. */
const table: Readonly<Record<ImageCommand['type'], Row>> = {
  RegisterImage: { command: register, empty: [registered], owned: 'already-so', 'shared-in': 'name-taken' },
  PushTag: {
    command: push('v2', digestB),
    empty: [registered, pushed('v2', digestB)],
    owned: [pushed('v2', digestB)],
    'shared-in': 'not-owner',
  },
  DeleteTag: {
    command: deleteTag('v1'),
    empty: 'image-not-found',
    owned: [tagDeleted('v1', digestA)],
    'shared-in': 'not-owner',
  },
  DeleteImage: { command: deleteImage, empty: 'image-not-found', owned: [deleted], 'shared-in': 'not-owner' },
  ShareImage: { command: share('s1'), empty: 'image-not-found', owned: [share1], 'shared-in': 'cannot-reshare' },
  RequestShare: {
    command: request('s1'),
    empty: 'image-not-found',
    owned: [requested('s1')],
    'shared-in': 'cannot-reshare',
  },
  UnshareImage: {
    command: unshare(),
    ownedBefore: [share1],
    empty: 'image-not-found',
    owned: [unshared('s1')],
    'shared-in': 'not-owner',
  },
  AcceptShareRequest: {
    command: accept('s1'),
    ownedBefore: [requested('s1')],
    empty: 'share-not-found',
    owned: [share1],
    'shared-in': 'share-not-found',
  },
  DeclineShareRequest: {
    command: decline('s1'),
    ownedBefore: [requested('s1')],
    empty: 'share-not-found',
    owned: [declined('s1')],
    'shared-in': 'share-not-found',
  },
  ExpireShareRequest: {
    command: expire('s1', one),
    ownedBefore: [requested('s1')],
    empty: 'already-so',
    owned: [expired('s1')],
    'shared-in': 'already-so',
  },
  CompensateShare: {
    command: compensate('s1'),
    ownedBefore: [share1],
    empty: 'already-so',
    owned: [unshared('s1', 'beta', 'name-taken')],
    'shared-in': 'already-so',
  },
  ReceiveSharedImage: {
    command: receive('s9'),
    empty: [received('s9')],
    owned: 'name-taken',
    'shared-in': 'already-so',
  },
  RevokeSharedImage: { command: revoke('s9'), empty: 'already-so', owned: 'already-so', 'shared-in': [revoked('s9')] },
  RecordDeployment: {
    command: deploy('helper', digestA, 'v1'),
    empty: 'image-not-found',
    owned: [deployed('helper', digestA, 'v1')],
    'shared-in': [deployed('helper', digestA, 'v1')],
  },
  RetireDeployment: {
    command: retire('helper'),
    ownedBefore: [deployed('helper', digestA, 'v1')],
    sharedInBefore: [deployed('helper', digestA, 'v1')],
    empty: 'image-not-found',
    owned: [retired('helper')],
    'shared-in': [retired('helper')],
  },
};

describe.each(Object.entries(table))('%s', (_type, row) => {
  it('in an empty slot', () => {
    givenSlot().when(row.command).then(row.empty);
  });

  it('in a slot whose image was deleted', () => {
    givenSlot(registered, pushed('v1', digestA), deleted).when(row.command).then(row.empty);
  });

  it('in a slot whose shared image was taken back', () => {
    givenSlot(received('s9'), revoked('s9')).when(row.command).then(row.empty);
  });

  it('in a slot with an image of its own', () => {
    givenSlot(registered, pushed('v1', digestA), ...(row.ownedBefore ?? []))
      .when(row.command)
      .then(row.owned);
  });

  it('in a slot with an image shared in', () => {
    givenSlot(received('s9'), ...(row.sharedInBefore ?? []))
      .when(row.command)
      .then(row['shared-in']);
  });
});
