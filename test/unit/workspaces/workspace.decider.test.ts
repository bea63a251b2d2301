import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/event-sourcing/json.js';
import { workspaceDecider } from '../../../src/workspaces/domain/workspace.decider.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { deserializeState, serializeState, stateWeight } from '../../../src/workspaces/domain/workspace.state.js';
import { given as givenStream } from '../../support/given-when-then.js';
import { created, deleted, invited, key, member, serviceAccount } from './workspace.fixtures.js';

const given = (...past: readonly WorkspaceEvent[]) => givenStream(workspaceDecider, past);
const workspace = 'acme';
const create = {
  type: 'CreateWorkspace',
  data: { workspace, accountId: 'acc', displayName: 'Acme', labels: { team: 'core' } },
} as const;
const ann = { principal: 'user:ann', email: 'ann@acme.test' };

describe('CreateWorkspace', () => {
  it('creates', () => {
    given().when(create).then([created]);
  });
  it('makes the creator an admin', () => {
    given()
      .when({ ...create, data: { ...create.data, creator: { principal: 'user:ann', email: 'Ann@Acme.test' } } })
      .then([created, member('user:ann', 'admin', 'ann@acme.test')]);
    given()
      .when({ ...create, data: { ...create.data, creator: { principal: 'user:ann' } } })
      .then([created, member('user:ann', 'admin')]);
  });
  it('is already so when the same creator repeats it', () => {
    given(created, member('user:ann', 'admin')).when(create).then('already-so');
    given(created, member('user:ann', 'admin'))
      .when({ ...create, data: { ...create.data, creator: ann } })
      .then('already-so');
  });
  it('refuses a taken name', () => {
    const taken = given(created, member('user:ann', 'admin'));
    taken
      .when({ ...create, data: { ...create.data, creator: { principal: 'user:bob' } } })
      .then('workspace-exists', 'acme');
    taken.when({ ...create, data: { ...create.data, accountId: 'other' } }).then('workspace-exists');
    taken.when({ ...create, data: { ...create.data, displayName: 'Other' } }).then('workspace-exists');
    taken.when({ ...create, data: { ...create.data, labels: { team: 'edge' } } }).then('workspace-exists');
    taken.when({ ...create, data: { ...create.data, labels: {} } }).then('workspace-exists');
  });
  it('refuses the name of a deleted workspace in the very words it refuses any that is taken', () => {
    given(created, deleted).when(create).then('workspace-exists', 'The workspace name acme is taken.');
  });
  it('refuses a creator nobody can be', () => {
    for (const principal of ['operator', 'ann', 'user:', 'user:a b', 'service-account:x', 'user:ä']) {
      given()
        .when({ ...create, data: { ...create.data, creator: { principal } } })
        .then('invalid-principal', principal);
    }
    given()
      .when({ ...create, data: { ...create.data, creator: { principal: 'user:ann', email: 'nobody' } } })
      .then('invalid-email', 'nobody');
  });
});

describe('UpdateWorkspace', () => {
  it('changes what is given and leaves the rest', () => {
    given(created)
      .when({ type: 'UpdateWorkspace', data: { workspace, displayName: 'Acme Inc.' } })
      .then([{ type: 'WorkspaceRenamed', data: { displayName: 'Acme Inc.', labels: { team: 'core' } } }]);
    given(created)
      .when({ type: 'UpdateWorkspace', data: { workspace, labels: {} } })
      .then([{ type: 'WorkspaceRenamed', data: { displayName: 'Acme', labels: {} } }]);
  });
  it('is already so without a change', () => {
    given(created)
      .when({ type: 'UpdateWorkspace', data: { workspace, displayName: 'Acme', labels: { team: 'core' } } })
      .then('already-so');
    given(created, { type: 'WorkspaceRenamed', data: { displayName: 'B', labels: {} } })
      .when({ type: 'UpdateWorkspace', data: { workspace, displayName: 'B' } })
      .then('already-so');
  });
});

describe('DeleteWorkspace', () => {
  it('deletes an empty workspace, once', () => {
    given(created)
      .when({ type: 'DeleteWorkspace', data: { workspace, images: 0 } })
      .then([deleted]);
    given(created, deleted)
      .when({ type: 'DeleteWorkspace', data: { workspace, images: 0 } })
      .then('already-so');
  });
  it('refuses while it holds images', () => {
    given(created)
      .when({ type: 'DeleteWorkspace', data: { workspace, images: 3 } })
      .then('workspace-in-use', 'acme', '3 images');
  });
});

describe('a workspace that is not there', () => {
  it('refuses everything else', () => {
    for (const past of [[], [created, deleted]]) {
      given(...past)
        .when({ type: 'UpdateWorkspace', data: { workspace, displayName: 'x' } })
        .then('workspace-not-found', 'acme');
      given(...past)
        .when({ type: 'AddMember', data: { workspace, principal: 'user:ann', role: 'admin' } })
        .then('workspace-not-found');
    }
    given()
      .when({ type: 'DeleteWorkspace', data: { workspace, images: 0 } })
      .then('workspace-not-found');
  });
  it('cannot have a history', () => {
    expect(() => workspaceDecider.evolve(workspaceDecider.initial, member('user:ann', 'admin'))).toThrow(TypeError);
    expect(() =>
      [created, { type: 'MemberRoleChanged', data: { principal: 'user:ann', role: 'admin' } } as const].reduce(
        (state, event) => workspaceDecider.evolve(state, event),
        workspaceDecider.initial,
      ),
    ).toThrow('user:ann');
  });
});

describe('the state of a workspace', () => {
  const busy: readonly WorkspaceEvent[] = [
    created,
    member('user:ann', 'admin', 'ann@acme.test'),
    member('user:bob', 'member'),
    invited('eve@acme.test', 'member'),
    serviceAccount('sa_1'),
    key('key00001', 'sa_1'),
    { type: 'ApiKeyRevoked', data: { keyId: 'key00001', clientId: 'sa_1' } },
    { type: 'ServiceAccountDeleted', data: { clientId: 'sa_1' } },
  ];
  const histories: readonly (readonly WorkspaceEvent[])[] = [[], [created], busy, [...busy, deleted]];

  it('survives a snapshot', () => {
    for (const past of histories) {
      const state = past.reduce((before, event) => workspaceDecider.evolve(before, event), workspaceDecider.initial);
      expect(deserializeState(throughJson(serializeState(state)))).toEqual(state);
    }
  });
  it('refuses a snapshot of another shape', () => {
    expect(() => deserializeState({ kind: 'active' })).toThrow();
    expect(() => deserializeState('none')).toThrow();
  });
  it('weighs more the more it holds', () => {
    const [, small, large] = histories.map((past) =>
      stateWeight(past.reduce((before, event) => workspaceDecider.evolve(before, event), workspaceDecider.initial)),
    );
    expect(large).toBeGreaterThan(small ?? Infinity);
  });
});

function throughJson(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
