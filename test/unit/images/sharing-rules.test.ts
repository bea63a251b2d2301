import { describe, it } from 'vitest';
import {
  accept,
  compensate,
  decline,
  declined,
  deployed,
  digestA,
  expire,
  expired,
  givenSlot,
  noon,
  one,
  parties,
  pushed,
  receive,
  received,
  register,
  registered,
  request,
  requested,
  revoke,
  revoked,
  share,
  shared,
  slot,
  two,
  unshare,
  unshared,
  withdrawn,
} from './slot-fixtures.js';

const image = [registered, pushed('v1', digestA)];

describe('ShareImage', () => {
  it('shares an image without tags', () => {
    givenSlot(registered)
      .when(share('s1'))
      .then([shared('s1')]);
  });

  it('shares with a second workspace', () => {
    givenSlot(...image, shared('s1'))
      .when(share('s2', 'gamma'))
      .then([shared('s2', 'gamma')]);
  });

  it('keeps the first share when sent again under another id', () => {
    givenSlot(...image, shared('s1'))
      .when(share('s2'))
      .then('already-so');
  });

  it('shares anew after the share has ended', () => {
    givenSlot(...image, shared('s1'), unshared('s1'))
      .when(share('s2'))
      .then([shared('s2')]);
  });

  it('withdraws a request that waits at the same target', () => {
    givenSlot(...image, requested('s1'))
      .when(share('s2'))
      .then([withdrawn('s1'), shared('s2')]);
  });

  it('leaves a request that waits at another target', () => {
    givenSlot(...image, requested('s1'))
      .when(share('s2', 'gamma'))
      .then([shared('s2', 'gamma')]);
  });

  it('refuses an id that names another share', () => {
    givenSlot(...image, shared('s1'))
      .when(share('s1', 'gamma'))
      .then('share-id-taken', 's1');
    givenSlot(...image, requested('s1'))
      .when(share('s1', 'gamma'))
      .then('share-id-taken', 's1');
  });

  it('refuses its own workspace, whatever the slot holds', () => {
    for (const history of [[], image, [received('s9')]]) {
      givenSlot(...history)
        .when(share('s1', slot.workspace))
        .then('self-share', slot.workspace);
    }
  });

  it('refuses to share on what was shared in, naming the owner', () => {
    givenSlot(received('s9', 'origin')).when(share('s1')).then('cannot-reshare', 'origin');
  });

  it('refuses a target that is no name of a workspace', () => {
    givenSlot(...image)
      .when(share('s1', 'Not A Workspace'))
      .then('malformed-command', 'target');
  });
});

describe('RequestShare', () => {
  it('lets the first request stand while it waits', () => {
    givenSlot(...image, requested('s1'))
      .when(request('s2', 'beta', noon, two))
      .then('already-so');
  });

  it('puts the expiry of an old request on record and asks anew', () => {
    givenSlot(...image, requested('s1', 'beta', one))
      .when(request('s2', 'beta', one, two))
      .then([expired('s1'), requested('s2', 'beta', two)]);
  });

  it('changes nothing when the image is shared with the target', () => {
    givenSlot(...image, shared('s1'))
      .when(request('s2'))
      .then('already-so');
  });

  it('asks anew after a refusal, an expiry or a withdrawal', () => {
    for (const ended of [declined('s1'), expired('s1'), withdrawn('s1')]) {
      givenSlot(...image, requested('s1'), ended)
        .when(request('s2'))
        .then([requested('s2')]);
    }
  });

  it('refuses to ask its own workspace', () => {
    givenSlot(...image)
      .when(request('s1', slot.workspace))
      .then('self-share');
  });

  it('refuses an expiry that has passed', () => {
    givenSlot(...image)
      .when(request('s1', 'beta', one, one))
      .then('expiry-passed', one);
  });

  it('compares moments, not texts', () => {
    const inBerlin = '2026-03-01T13:30:00+01:00';
    givenSlot(...image)
      .when(request('s1', 'beta', one, inBerlin))
      .then('expiry-passed');
    givenSlot(...image)
      .when(request('s1', 'beta', noon, inBerlin))
      .then([requested('s1', 'beta', inBerlin)]);
  });

  it('refuses an id that names another share', () => {
    givenSlot(...image, requested('s1'))
      .when(request('s1', 'gamma'))
      .then('share-id-taken');
    givenSlot(...image, requested('s1'))
      .when(request('s1', 'beta', one, two))
      .then('share-id-taken');
  });
});

describe('UnshareImage', () => {
  it('withdraws a request that waits', () => {
    givenSlot(...image, requested('s1'))
      .when(unshare())
      .then([withdrawn('s1')]);
  });

  it('withdraws a request that has expired unnoticed', () => {
    givenSlot(...image, requested('s1', 'beta', '2020-01-01T00:00:00.000Z'))
      .when(unshare())
      .then([withdrawn('s1')]);
  });

  it('ends the share with that target alone', () => {
    givenSlot(...image, shared('s1'), shared('s2', 'gamma'))
      .when(unshare('gamma'))
      .then([unshared('s2', 'gamma')]);
  });

  it('refuses a target it is not shared with, naming it', () => {
    givenSlot(...image, shared('s1'))
      .when(unshare('gamma'))
      .then('share-not-found', 'gamma');
  });

  it('refuses a second time', () => {
    givenSlot(...image, shared('s1'), unshared('s1'))
      .when(unshare())
      .then('share-not-found');
  });
});

describe('AcceptShareRequest', () => {
  it('changes nothing when it was accepted before', () => {
    givenSlot(...image, requested('s1'), shared('s1'))
      .when(accept('s1', two))
      .then('already-so');
  });

  it('refuses at the moment of expiry', () => {
    givenSlot(...image, requested('s1', 'beta', one))
      .when(accept('s1', one))
      .then('share-expired', 's1', one);
  });

  it.each([
    ['never made', []],
    ['declined', [requested('s1'), declined('s1')]],
    ['put on record as expired', [requested('s1'), expired('s1')]],
    ['withdrawn', [requested('s1'), withdrawn('s1')]],
    ['accepted and then unshared', [requested('s1'), shared('s1'), unshared('s1')]],
  ])('refuses a request that was %s', (_how, history) => {
    givenSlot(...image, ...history)
      .when(accept('s1'))
      .then('share-not-found', 's1');
  });
});

describe('DeclineShareRequest', () => {
  it('refuses an expired request', () => {
    givenSlot(...image, requested('s1', 'beta', one))
      .when(decline('s1', one))
      .then('share-expired');
  });

  it('refuses a share that was accepted', () => {
    givenSlot(...image, requested('s1'), shared('s1'))
      .when(decline('s1'))
      .then('share-not-found');
  });
});

describe('ExpireShareRequest', () => {
  it('refuses to come early', () => {
    givenSlot(...image, requested('s1', 'beta', one))
      .when(expire('s1', noon))
      .then('share-not-expired', one);
  });

  it('changes nothing when the request was answered', () => {
    givenSlot(...image, requested('s1'), shared('s1'))
      .when(expire('s1'))
      .then('already-so');
    givenSlot(...image, requested('s1'), declined('s1'))
      .when(expire('s1'))
      .then('already-so');
  });
});

describe('CompensateShare', () => {
  it('changes nothing when the share has ended, or another one has taken its place', () => {
    givenSlot(...image, shared('s1'), unshared('s1'))
      .when(compensate('s1'))
      .then('already-so');
    givenSlot(...image, shared('s1'), unshared('s1'), shared('s2'))
      .when(compensate('s1'))
      .then('already-so');
  });

  it('leaves a request that still waits', () => {
    givenSlot(...image, requested('s1'))
      .when(compensate('s1'))
      .then('already-so');
  });
});

describe('ReceiveSharedImage', () => {
  it('takes an image again after it was taken back', () => {
    givenSlot(received('s1'), revoked('s1'))
      .when(receive('s2', 'elsewhere'))
      .then([received('s2', 'elsewhere')]);
  });

  it('refuses another share, naming the workspace that shares the present one', () => {
    givenSlot(received('s1', 'origin')).when(receive('s2', 'elsewhere')).then('name-taken', 'origin');
    givenSlot(received('s1', 'origin')).when(receive('s2', 'origin')).then('name-taken');
  });

  it('refuses when the workspace owns an image of that name', () => {
    givenSlot(registered).when(receive('s1')).then('name-taken', 'acme/sandbox/tools/base');
  });

  it('refuses an image of its own workspace', () => {
    givenSlot().when(receive('s1', slot.workspace)).then('self-share');
  });
});

describe('RevokeSharedImage', () => {
  it('keeps the reason', () => {
    givenSlot(received('s1'))
      .when(revoke('s1', 'name-taken'))
      .then([revoked('s1', 'origin', 'name-taken')]);
  });

  it('leaves another share', () => {
    givenSlot(received('s2')).when(revoke('s1')).then('already-so');
  });

  it('ends what was deployed, and frees the name', () => {
    const after = givenSlot(received('s1'), deployed('helper', digestA), revoked('s1'));
    after.when(register).then([registered]);
    after.when(receive('s2')).then([received('s2')]);
  });
});

describe('a share id', () => {
  it('must not be empty', () => {
    givenSlot(...image)
      .when({ type: 'ShareImage', data: { slot, ...parties('') } })
      .then('malformed-command', 'shareId');
  });
});
