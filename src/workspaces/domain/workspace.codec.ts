import { z } from 'zod';
import { defineCodec } from '../../event-sourcing/codec.js';
import type { WorkspaceEvent } from './workspace.events.js';

const role = z.enum(['admin', 'member']);
const labels = z.record(z.string(), z.string());

/** Writes and reads the events of a workspace. */
export const workspaceCodec = defineCodec<WorkspaceEvent>({
  WorkspaceCreated: {
    doc: 'A workspace was created in an account.',
    version: 1,
    schema: z.strictObject({ accountId: z.string(), displayName: z.string(), labels }),
  },
  WorkspaceRenamed: {
    doc: 'The display name or the labels of a workspace changed; its name never does.',
    version: 1,
    schema: z.strictObject({ displayName: z.string(), labels }),
  },
  WorkspaceDeleted: {
    doc: 'A workspace was deleted; its name stays taken.',
    version: 1,
    schema: z.strictObject({}),
  },
  MemberInvited: {
    doc: 'Someone was invited by e-mail, or the invitation was renewed.',
    version: 1,
    schema: z.strictObject({ email: z.string(), role, expiresAt: z.string() }),
  },
  InvitationRevoked: {
    doc: 'An invitation was taken back.',
    version: 1,
    schema: z.strictObject({ email: z.string() }),
  },
  MemberAdded: {
    doc: 'A principal became a member; an invitation under the same e-mail is thereby used up.',
    version: 1,
    schema: z.strictObject({ principal: z.string(), role, email: z.string().exactOptional() }),
  },
  MemberRoleChanged: {
    doc: 'A member got another role.',
    version: 1,
    schema: z.strictObject({ principal: z.string(), role }),
  },
  MemberRemoved: {
    doc: 'A principal is no longer a member.',
    version: 1,
    schema: z.strictObject({ principal: z.string() }),
  },
  ServiceAccountCreated: {
    doc: 'A machine identity was created in a workspace.',
    version: 1,
    schema: z.strictObject({
      clientId: z.string(),
      name: z.string(),
      description: z.string(),
      mayActForOthers: z.boolean(),
    }),
  },
  ServiceAccountUpdated: {
    doc: 'The name or the description of a service account changed.',
    version: 1,
    schema: z.strictObject({ clientId: z.string(), name: z.string(), description: z.string() }),
  },
  ServiceAccountDeleted: {
    doc: 'A service account ended, and with it all its API keys.',
    version: 1,
    schema: z.strictObject({ clientId: z.string() }),
  },
  ApiKeyIssued: {
    doc: 'An API key was issued to a service account; only its hash, and what verifies its signatures, are on record.',
    version: 1,
    schema: z.strictObject({
      keyId: z.string(),
      clientId: z.string(),
      name: z.string(),
      hash: z.string(),
      publicKey: z.string().exactOptional(),
      expiresAt: z.string().exactOptional(),
    }),
  },
  ApiKeyRevoked: {
    doc: 'An API key ended.',
    version: 1,
    schema: z.strictObject({ keyId: z.string(), clientId: z.string() }),
  },
});
