import type { Kysely } from 'kysely';
import type { AccessSchema } from '../workspaces/access.tables.js';
import type { DisablingReason } from './domain/webhook.events.js';
import type { WebhookRow, WebhookTables } from './webhooks.tables.js';

/** A webhook as it stands. Times are RFC 3339 in UTC with milliseconds. */
export interface WebhookView {
  readonly id: string;
  readonly workspace: string;
  readonly url: string;
  readonly description: string;
  /** Types of feed events; absent for all. */
  readonly events?: ReadonlySet<string>;
  readonly secretVersion: number;
  readonly previousUntil?: string;
  /** Absent while it is enabled. */
  readonly disabledReason?: DisablingReason;
  readonly enabledAt: string;
  /** What was recorded up to here is not sent. */
  readonly createdPosition: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
}

/** Finds webhooks by the table that is built from their events. */
export class WebhookDirectory {
  constructor(private readonly db: Kysely<WebhookTables & Pick<AccessSchema, 'access_workspaces'>>) {}

  /** Those of a workspace, the oldest first. */
  async ofWorkspace(workspace: string): Promise<readonly WebhookView[]> {
    const rows = await this.db
      .selectFrom('webhooks')
      .selectAll()
      .where('workspace', '=', workspace)
      .orderBy('created_position')
      .orderBy('id')
      .execute();
    return rows.map(viewOf);
  }

  async get(workspace: string, id: string): Promise<WebhookView | undefined> {
    const row = await this.db
      .selectFrom('webhooks')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && viewOf(row);
  }

  /** The enabled ones of workspaces that were not deleted; of all workspaces when none is named. */
  async enabled(workspace?: string): Promise<readonly WebhookView[]> {
    let query = this.db
      .selectFrom('webhooks as h')
      .innerJoin('access_workspaces as w', 'w.name', 'h.workspace')
      .selectAll('h')
      .where('w.deleted', '=', 0)
      .where('h.disabled_reason', 'is', null);
    if (workspace !== undefined) query = query.where('h.workspace', '=', workspace);
    return (await query.execute()).map(viewOf);
  }
}

function viewOf(row: WebhookRow): WebhookView {
  return {
    id: row.id,
    workspace: row.workspace,
    url: row.url,
    description: row.description,
    ...(row.events !== null && { events: new Set(JSON.parse(row.events) as string[]) }),
    secretVersion: row.secret_version,
    ...(row.previous_until !== null && { previousUntil: row.previous_until }),
    ...(row.disabled_reason !== null && { disabledReason: row.disabled_reason }),
    enabledAt: row.enabled_at,
    createdPosition: row.created_position,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
  };
}
