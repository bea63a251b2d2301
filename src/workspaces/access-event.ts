import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import { accountCodec } from './domain/account.codec.js';
import type { AccountEvent } from './domain/account.events.js';
import { workspaceCodec } from './domain/workspace.codec.js';
import type { WorkspaceEvent } from './domain/workspace.events.js';
import { parseAccountStream, parseWorkspaceStream } from './domain/workspace.stream.js';

interface Happened {
  readonly recorded: RecordedEvent;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  /** The principal that acted. */
  readonly by: string;
}

/** An event of this room, with the workspace or account it happened to. */
export type AccessEvent =
  | (Happened & { readonly kind: 'workspace'; readonly workspace: string; readonly event: WorkspaceEvent })
  | (Happened & { readonly kind: 'account'; readonly accountId: string; readonly event: AccountEvent });

/**
 * The event of this room, or `undefined` for one of another room.
 *
 * @throws CorruptEventError when its data, its metadata or its stream cannot be read
 */
export function readAccessEvent(recorded: RecordedEvent): AccessEvent | undefined {
  const ofWorkspace = workspaceCodec.decode(recorded);
  if (ofWorkspace !== undefined) {
    const workspace = parseWorkspaceStream(recorded.stream);
    if (workspace === undefined) throw new CorruptEventError(recorded, 'its stream is not that of a workspace');
    return { kind: 'workspace', workspace, event: ofWorkspace, ...happened(recorded) };
  }
  const ofAccount = accountCodec.decode(recorded);
  if (ofAccount === undefined) return undefined;
  const accountId = parseAccountStream(recorded.stream);
  if (accountId === undefined) throw new CorruptEventError(recorded, 'its stream is not that of an account');
  return { kind: 'account', accountId, event: ofAccount, ...happened(recorded) };
}

function happened(recorded: RecordedEvent): Happened {
  const { occurredAt, principal } = readMetadata(recorded);
  return { recorded, at: occurredAt, by: principal };
}
