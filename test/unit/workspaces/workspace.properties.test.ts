import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/event-sourcing/json.js';
import { workspaceAggregate } from '../../../src/workspaces/domain/workspace.aggregate.js';
import { workspaceDecider } from '../../../src/workspaces/domain/workspace.decider.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import type { WorkspaceCommand } from '../../../src/workspaces/domain/workspace.commands.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { adminCount, deserializeState, serializeState } from '../../../src/workspaces/domain/workspace.state.js';
import { hash } from './workspace.fixtures.js';

const workspace = fc.constant('acme');
const clientId = fc.constantFrom('sa_1', 'sa_2', 'bad id');
const principal = fc.oneof(
  fc.constantFrom('user:ann', 'user:bob', 'service-account:sa_1', 'operator'),
  fc.string().map((text) => `user:${text}`),
);
const email = fc.oneof(fc.constantFrom('ann@acme.test', 'BOB@acme.test'), fc.string());
const role = fc.constantFrom('admin' as const, 'member' as const);
const instant = fc.oneof(fc.constantFrom('2030-01-01T00:00:00Z', '2020-01-01T00:00:00Z'), fc.string());
const keyId = fc.constantFrom('key00001', 'key00002', '!');
const text = fc.string({ unit: 'binary', maxLength: 5 });

const command: fc.Arbitrary<WorkspaceCommand> = fc.oneof(
  fc.record({
    type: fc.constant('InviteMember' as const),
    data: fc.record({ workspace, email, role, expiresAt: instant }),
  }),
  fc.record({
    type: fc.constant('AcceptInvitation' as const),
    data: fc.record({ workspace, email, principal, now: fc.constant('2025-01-01T00:00:00Z') }),
  }),
  fc.record({ type: fc.constant('RevokeInvitation' as const), data: fc.record({ workspace, email }) }),
  fc.record({ type: fc.constant('AddMember' as const), data: fc.record({ workspace, principal, role }) }),
  fc.record({ type: fc.constant('ChangeMemberRole' as const), data: fc.record({ workspace, principal, role }) }),
  fc.record({ type: fc.constant('RemoveMember' as const), data: fc.record({ workspace, principal }) }),
  fc.record({
    type: fc.constant('CreateServiceAccount' as const),
    data: fc.record({ workspace, clientId, name: text, description: text, role, mayActForOthers: fc.boolean() }),
  }),
  fc.record({
    type: fc.constant('UpdateServiceAccount' as const),
    data: fc.record({ workspace, clientId, name: text }),
  }),
  fc.record({ type: fc.constant('DeleteServiceAccount' as const), data: fc.record({ workspace, clientId }) }),
  fc.record({
    type: fc.constant('IssueApiKey' as const),
    data: fc.record({ workspace, keyId, clientId, name: text, hash: fc.constant(hash), expiresAt: instant }),
  }),
  fc.record({ type: fc.constant('RevokeApiKey' as const), data: fc.record({ workspace, keyId, clientId }) }),
);

const creation: WorkspaceCommand = {
  type: 'CreateWorkspace',
  data: { workspace: 'acme', accountId: 'acc', displayName: 'Acme', labels: {}, creator: { principal: 'user:ann' } },
};

describe('any sequence of commands', () => {
  it('leaves an admin, repeats without effect, and is readable from the stored events and from a snapshot', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state = workspaceDecider.initial;
        for (const next of [creation, ...commands]) {
          const decision = workspaceDecider.decide(next, state);
          if (decision.kind !== 'events') continue;
          expect(workspaceAggregate.isOutcome(next, decision.events)).toBe(true);
          for (const event of decision.events) state = workspaceDecider.evolve(state, stored(event));
          expect(workspaceDecider.decide(next, state).kind).not.toBe('events');
          expect(state.kind === 'active' && adminCount(state) > 0).toBe(true);
        }
        expect(serializeState(deserializeState(serializeState(state)))).toEqual(serializeState(state));
      }),
    );
  });
});

/** The event as it comes back from a store. */
function stored(event: WorkspaceEvent): WorkspaceEvent {
  const { type, data, schemaVersion } = workspaceCodec.encode(event);
  const json = JSON.stringify(data);
  const decoded = workspaceCodec.decode({
    type,
    stream: 'workspace-acme',
    revision: 0n,
    position: '1',
    data: JSON.parse(json) as Json,
    metadata: { schemaVersion },
  });
  if (decoded === undefined) throw new Error(`${type} is not known`);
  expect(decoded).toEqual(event);
  return decoded;
}
