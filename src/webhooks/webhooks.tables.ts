import type { TableSpec } from '../event-sourcing/projection.js';
import type { ReadModelSchema } from '../read-model/schema.js';
import type { DisablingReason } from './domain/webhook.events.js';

/** The webhooks there are. Times are RFC 3339 in UTC with milliseconds. */
export type WebhookRow = Readonly<{
  workspace: string;
  id: string;
  url: string;
  description: string;
  /** JSON array of types; null for all. */
  events: string | null;
  secret_version: number;
  previous_until: string | null;
  /** Null while it is enabled. */
  disabled_reason: DisablingReason | null;
  /** When it was last enabled; creation counts. */
  enabled_at: string;
  /** What was recorded up to here is not sent. */
  created_position: string;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
}>;

export const webhooksTable: TableSpec<WebhookRow> = {
  name: 'webhooks',
  columns: {
    workspace: { type: 'text' },
    id: { type: 'text' },
    url: { type: 'text' },
    description: { type: 'text' },
    events: { type: 'text', nullable: true },
    secret_version: { type: 'integer' },
    previous_until: { type: 'text', nullable: true },
    disabled_reason: { type: 'text', nullable: true },
    enabled_at: { type: 'text' },
    created_position: { type: 'text' },
    created_at: { type: 'text' },
    created_by: { type: 'text' },
    updated_at: { type: 'text' },
    updated_by: { type: 'text' },
  },
  primaryKey: ['workspace', 'id'],
};

/** The tables of webhooks as queries see them: what is built from the log, and the work in hand, which is not. */
export type WebhookTables = { readonly webhooks: WebhookRow } & Pick<
  ReadModelSchema,
  'webhook_cursors' | 'webhook_deliveries'
>;
