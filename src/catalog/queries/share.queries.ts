import type { Kysely } from 'kysely';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { CatalogSchema, ShareRow, ShareStatus } from '../catalog.tables.js';
import { rowSlot } from '../row-slot.js';
import { incomingShareView, outgoingShareView, shareTargetView } from '../view/share.view.js';
import type { ImageShareTargetView, PendingShareRow, PendingShareView, ShareTargetRow } from '../view/share.view.js';
import type { QuerySource } from './query-source.js';

/** A share that has not ended, expired or not, for those who answer or end it. */
export interface KnownShare {
  readonly shareId: string;
  readonly source: Slot;
  readonly target: string;
  readonly targetAccountId: string;
  readonly status: ShareStatus;
  /** Of a request. RFC 3339 in UTC with milliseconds. */
  readonly expiresAt?: string;
}

type SlotValues = Readonly<{ workspace: string; resourceType: string; name: string }>;
type ExpiredRow = Pick<ShareRow, 'share_id' | 'source_workspace' | 'resource_type' | 'name'>;
type At<P> = Readonly<P & { now: string }>;

/** Which shares there are. `now` is RFC 3339 in UTC with milliseconds; a request that has expired then is left out. */
export class ShareQueries {
  readonly #owned: PreparedQuery<SlotValues, { readonly share_id: string | null }>;
  readonly #targets: PreparedQuery<At<{ slot: string }>, ShareTargetRow>;
  readonly #byId: PreparedQuery<{ readonly id: string }, PendingShareRow>;
  readonly #incoming: PreparedQuery<At<{ workspace: string }>, PendingShareRow & { readonly conflict: string | null }>;
  readonly #outgoing: PreparedQuery<At<{ workspace: string }>, PendingShareRow>;
  readonly #expired: PreparedQuery<At<{ limit: number }>, ExpiredRow>;

  constructor(source: QuerySource<CatalogSchema>) {
    this.#owned = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_images')
        .select('share_id')
        .where('workspace', '=', value('workspace'))
        .where('resource_type', '=', value('resourceType'))
        .where('name', '=', value('name')),
    );
    this.#targets = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_shares as share')
        .leftJoin('catalog_workspaces as target', 'target.workspace', 'share.target_workspace')
        .leftJoin('catalog_accounts as account', 'account.account_id', 'share.target_account_id')
        .where('share.slot', '=', value('slot'))
        .where((eb) => eb.or([eb('share.status', '=', 'active'), eb('share.expires_at', '>', value('now'))]))
        .orderBy('share.target_workspace')
        .select(['share.target_workspace', 'share.target_account_id', 'share.share_id', 'share.status'])
        .select(['target.display_name', 'account.owner_email']),
    );
    this.#byId = source.prepare((queries, value) => selectShares(queries).where('share.share_id', '=', value('id')));
    this.#incoming = source.prepare((queries, value) =>
      selectShares(queries)
        .leftJoin('catalog_images as taken', (join) =>
          join
            .onRef('taken.workspace', '=', 'share.target_workspace')
            .onRef('taken.resource_type', '=', 'share.resource_type')
            .onRef('taken.name', '=', 'share.name'),
        )
        .select('taken.name as conflict')
        .where('share.target_workspace', '=', value('workspace'))
        .where('share.status', '=', 'pending')
        .where('share.expires_at', '>', value('now')),
    );
    this.#outgoing = source.prepare((queries, value) =>
      selectShares(queries)
        .where('share.source_workspace', '=', value('workspace'))
        .where('share.status', '=', 'pending')
        .where('share.expires_at', '>', value('now')),
    );
    this.#expired = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_shares')
        .select(['share_id', 'source_workspace', 'resource_type', 'name'])
        .where('expires_at', '<=', value('now'))
        .orderBy('expires_at')
        .limit(value('limit')),
    );
  }

  /** With whom the image of a slot is shared, by name of the target; nobody when it is shared in; `undefined` for an empty slot. */
  async targets(slot: Slot, now: string): Promise<readonly ImageShareTargetView[] | undefined> {
    const held = await this.#owned.first({ ...slot });
    if (held === undefined) return undefined;
    if (held.share_id !== null) return [];
    return (await this.#targets.all({ slot: slotLabel(slot), now })).map(shareTargetView);
  }

  /** The requests that wait for this workspace's answer, oldest first. */
  async incoming(workspace: string, now: string): Promise<readonly PendingShareView[]> {
    const rows = await this.#incoming.all({ workspace, now });
    return rows.map((row) => incomingShareView(row, row.conflict !== null));
  }

  /** The requests of this workspace that wait for an answer, oldest first. */
  async outgoing(workspace: string, now: string): Promise<readonly PendingShareView[]> {
    return (await this.#outgoing.all({ workspace, now })).map(outgoingShareView);
  }

  /** The request of this id as the one who asked sees it, expired or not; `undefined` when none waits. */
  async pending(shareId: string): Promise<PendingShareView | undefined> {
    const row = await this.#byId.first({ id: shareId });
    return row?.status === 'pending' ? outgoingShareView(row) : undefined;
  }

  /** Requests whose time has come while they waited, those due first before the others. At most so many. */
  async expired(now: string, limit: number): Promise<readonly { readonly shareId: string; readonly source: Slot }[]> {
    const rows = await this.#expired.all({ now, limit });
    return rows.map((row) => ({ shareId: row.share_id, source: rowSlot(row.source_workspace, row) }));
  }

  /** The share of this id, as long as it has not ended. */
  async find(shareId: string): Promise<KnownShare | undefined> {
    const row = await this.#byId.first({ id: shareId });
    if (row === undefined) return undefined;
    return {
      shareId,
      source: rowSlot(row.source_workspace, row),
      target: row.target_workspace,
      targetAccountId: row.target_account_id,
      status: row.status,
      ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    };
  }
}

function selectShares(queries: Kysely<CatalogSchema>) {
  return queries
    .selectFrom('catalog_shares as share')
    .leftJoin('catalog_workspaces as source', 'source.workspace', 'share.source_workspace')
    .leftJoin('catalog_workspaces as target', 'target.workspace', 'share.target_workspace')
    .selectAll('share')
    .select(['source.account_id as source_account_id', 'source.display_name as source_display_name'])
    .select('target.display_name as target_display_name')
    .orderBy('share.created_at')
    .orderBy('share.share_id');
}
