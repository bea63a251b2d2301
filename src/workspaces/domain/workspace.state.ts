import { Map } from 'immutable';
import { z } from 'zod';
import type { SnapshotCodec } from '../../event-sourcing/aggregate.js';
import type { Json } from '../../event-sourcing/json.js';
import type { Role } from './workspace.events.js';

export interface Member {
  readonly role: Role;
  readonly email?: string;
}

export interface Invitation {
  readonly role: Role;
  /** RFC 3339 */
  readonly expiresAt: string;
}

/** Kept after its end, so that its id is never used again. */
export interface ServiceAccount {
  readonly name: string;
  readonly description: string;
  readonly mayActForOthers: boolean;
  readonly deleted: boolean;
}

/** Kept after its end, so that its id is never used again. */
export interface ApiKey {
  readonly clientId: string;
  readonly hash: string;
  readonly revoked: boolean;
}

export interface ActiveWorkspace {
  readonly kind: 'active';
  readonly accountId: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By principal. */
  readonly members: Map<string, Member>;
  /** By normalized e-mail. */
  readonly invitations: Map<string, Invitation>;
  /** By client id. */
  readonly serviceAccounts: Map<string, ServiceAccount>;
  /** By key id. */
  readonly keys: Map<string, ApiKey>;
}

/** What a workspace has come to. */
export type WorkspaceState = { readonly kind: 'none' } | ActiveWorkspace | { readonly kind: 'deleted' };

export const noWorkspace: WorkspaceState = { kind: 'none' };

/** How many members are admins. */
export function adminCount(workspace: ActiveWorkspace): number {
  return workspace.members.count((member) => member.role === 'admin');
}

const role = z.enum(['admin', 'member']);
const storedState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('deleted') }),
  z.strictObject({
    kind: z.literal('active'),
    accountId: z.string(),
    displayName: z.string(),
    labels: z.record(z.string(), z.string()),
    members: z.array(z.tuple([z.string(), z.strictObject({ role, email: z.string().exactOptional() })])),
    invitations: z.array(z.tuple([z.string(), z.strictObject({ role, expiresAt: z.string() })])),
    serviceAccounts: z.array(
      z.tuple([
        z.string(),
        z.strictObject({
          name: z.string(),
          description: z.string(),
          mayActForOthers: z.boolean(),
          deleted: z.boolean(),
        }),
      ]),
    ),
    keys: z.array(
      z.tuple([z.string(), z.strictObject({ clientId: z.string(), hash: z.string(), revoked: z.boolean() })]),
    ),
  }),
]);

/** Changes whenever the shape of the state or the meaning of its fold changes. */
export const snapshotVersion = 'workspace-1';

/** The stored form of a state. */
export function serializeState(state: WorkspaceState): Json {
  if (state.kind !== 'active') return { kind: state.kind };
  const { kind, accountId, displayName, labels } = state;
  return {
    kind,
    accountId,
    displayName,
    labels,
    members: entries(state.members, (each) => ({ ...each })),
    invitations: entries(state.invitations, (each) => ({ ...each })),
    serviceAccounts: entries(state.serviceAccounts, (each) => ({ ...each })),
    keys: entries(state.keys, (each) => ({ ...each })),
  };
}

/**
 * The state that was stored.
 *
 * @throws ZodError when it is not one of this version
 */
export function deserializeState(json: Json): WorkspaceState {
  const stored = storedState.parse(json);
  if (stored.kind !== 'active') return stored;
  return {
    ...stored,
    members: Map<string, Member>(stored.members),
    invitations: Map<string, Invitation>(stored.invitations),
    serviceAccounts: Map<string, ServiceAccount>(stored.serviceAccounts),
    keys: Map<string, ApiKey>(stored.keys),
  };
}

/** How much a state weighs in a cache, in units of about a hundred bytes. */
export function stateWeight(state: WorkspaceState): number {
  if (state.kind !== 'active') return 1;
  const people = state.members.size + state.invitations.size;
  return 4 + Object.keys(state.labels).length + 2 * people + 4 * state.serviceAccounts.size + 3 * state.keys.size;
}

export const workspaceSnapshots: SnapshotCodec<WorkspaceState> = {
  version: snapshotVersion,
  serialize: serializeState,
  deserialize: deserializeState,
};

function entries<V>(map: Map<string, V>, toJson: (value: V) => Json): Json {
  return [...map].map(([key, value]) => [key, toJson(value)]);
}
