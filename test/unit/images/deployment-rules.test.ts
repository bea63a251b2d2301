import { describe, it } from 'vitest';
import {
  deleted,
  deploy,
  deployed,
  digestA,
  digestB,
  givenSlot,
  pushed,
  received,
  registered,
  retire,
  retired,
  revoked,
  shared,
  slot,
  tagDeleted,
} from './slot-fixtures.js';

const image = [registered, pushed('v1', digestA)];

describe('RecordDeployment of an image of its own', () => {
  it('pins to a digest that some tag has', () => {
    givenSlot(...image)
      .when(deploy('helper', digestA))
      .then([deployed('helper', digestA)]);
  });

  it('refuses a tag that is not there', () => {
    givenSlot(...image)
      .when(deploy('helper', digestA, 'v2'))
      .then('tag-not-found', 'v2');
  });

  it('refuses a tag that has moved since it was resolved, naming where it points', () => {
    givenSlot(...image, pushed('v1', digestB, digestA))
      .when(deploy('helper', digestA, 'v1'))
      .then('digest-not-found', 'v1', digestB);
  });

  it('refuses a digest that no tag has, or has any longer', () => {
    givenSlot(...image)
      .when(deploy('helper', digestB))
      .then('digest-not-found', digestB);
    givenSlot(...image, pushed('v1', digestB, digestA))
      .when(deploy('helper', digestA))
      .then('digest-not-found');
    givenSlot(...image, tagDeleted('v1', digestA))
      .when(deploy('helper', digestA))
      .then('digest-not-found');
  });

  it('changes nothing when the deployment stands as it is', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'))
      .when(deploy('helper', digestA, 'v1'))
      .then('already-so');
  });

  it('changes nothing when the deployment stands, though its tag has moved on', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'), pushed('v1', digestB, digestA))
      .when(deploy('helper', digestA, 'v1'))
      .then('already-so');
  });

  it('moves a deployment to another digest', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'), pushed('v2', digestB))
      .when(deploy('helper', digestB, 'v2'))
      .then([deployed('helper', digestB, 'v2')]);
  });

  it('tells pinned by tag from pinned by digest', () => {
    givenSlot(...image, deployed('helper', digestA, 'v1'))
      .when(deploy('helper', digestA))
      .then([deployed('helper', digestA)]);
  });

  it('knows a deployment by its kind and name', () => {
    givenSlot(...image, deployed('helper', digestA))
      .when({ type: 'RecordDeployment', data: { slot, kind: 'job', deployment: 'helper', digest: digestA } })
      .then([{ type: 'ImageDeployed', data: { kind: 'job', deployment: 'helper', digest: digestA } }]);
  });

  it('refuses a deployment without a name', () => {
    givenSlot(...image)
      .when(deploy('', digestA))
      .then('malformed-command', 'deployment');
  });

  it('is free while the image is shared', () => {
    givenSlot(...image, shared('s1'))
      .when(deploy('helper', digestA, 'v1'))
      .then([deployed('helper', digestA, 'v1')]);
  });
});

describe('RecordDeployment of an image shared in', () => {
  it('takes tag and digest as given: they stand in the slot of the owner', () => {
    givenSlot(received('s1'))
      .when(deploy('helper', digestB, 'v7'))
      .then([deployed('helper', digestB, 'v7')]);
  });

  it('changes nothing when the deployment stands as it is', () => {
    givenSlot(received('s1'), deployed('helper', digestB, 'v7'))
      .when(deploy('helper', digestB, 'v7'))
      .then('already-so');
  });

  it('moves a deployment to another digest', () => {
    givenSlot(received('s1'), deployed('helper', digestB, 'v7'))
      .when(deploy('helper', digestA, 'v7'))
      .then([deployed('helper', digestA, 'v7')]);
  });
});

describe('RetireDeployment', () => {
  it('refuses what is not deployed, naming it', () => {
    givenSlot(...image)
      .when(retire('helper'))
      .then('deployment-not-found', 'agent helper');
    givenSlot(received('s1')).when(retire('helper')).then('deployment-not-found', 'agent helper');
  });

  it('refuses a second time', () => {
    givenSlot(...image, deployed('helper', digestA), retired('helper'))
      .when(retire('helper'))
      .then('deployment-not-found');
  });

  it('refuses one of the same name and another kind', () => {
    givenSlot(...image, deployed('helper', digestA))
      .when({ type: 'RetireDeployment', data: { slot, kind: 'job', deployment: 'helper' } })
      .then('deployment-not-found', 'job helper');
  });
});

describe('deployments of an image that is gone', () => {
  it('are unknown to the next one in the slot', () => {
    givenSlot(received('s1'), deployed('helper', digestA), revoked('s1'), received('s2'))
      .when(retire('helper'))
      .then('deployment-not-found');
    givenSlot(...image, deployed('helper', digestA), retired('helper'), deleted, registered)
      .when(retire('helper'))
      .then('deployment-not-found');
  });
});
