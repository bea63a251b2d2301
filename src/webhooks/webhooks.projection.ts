import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import type { Projection, RowSet } from '../event-sourcing/projection.js';
import { webhookCodec } from './domain/webhook.codec.js';
import type { WebhookEvent } from './domain/webhook.events.js';
import { parseWebhookStream } from './domain/webhook.stream.js';
import { webhooksTable } from './webhooks.tables.js';
import type { WebhookRow } from './webhooks.tables.js';

interface Happened {
  readonly recorded: RecordedEvent;
  readonly workspace: string;
  readonly event: WebhookEvent;
}

/** The webhooks of every workspace. */
export const webhooksProjection: Projection = {
  name: 'webhooks',
  version: 1,
  tables: [webhooksTable],
  gatherMs: 100,
  async project(batch, rows) {
    const happened = batch.flatMap(read);
    if (happened.length === 0) return;
    const webhooks = rows.table(webhooksTable);
    await webhooks.load(happened.map(({ workspace, event }) => [workspace, event.data.webhookId]));
    for (const one of happened) apply(one, webhooks);
  },
};

/** Which webhooks are not as they were. */
export interface WebhookChanges {
  readonly workspaces: ReadonlySet<string>;
  /** Ids of webhooks that are not there any more. */
  readonly deleted: readonly string[];
}

/** What a batch changes; `undefined` for nothing. */
export function changesIn(batch: readonly RecordedEvent[]): WebhookChanges | undefined {
  const happened = batch.filter(({ type }) => webhookCodec.types.has(type)).flatMap(read);
  if (happened.length === 0) return undefined;
  return {
    workspaces: new Set(happened.map(({ workspace }) => workspace)),
    deleted: happened.flatMap(({ event }) => (event.type === 'WebhookDeleted' ? [event.data.webhookId] : [])),
  };
}

function read(recorded: RecordedEvent): readonly Happened[] {
  const event = webhookCodec.decode(recorded);
  if (event === undefined) return [];
  const workspace = parseWebhookStream(recorded.stream);
  if (workspace === undefined) throw new CorruptEventError(recorded, 'its stream is not that of webhooks');
  return [{ recorded, workspace, event }];
}

function apply({ recorded, workspace, event }: Happened, webhooks: RowSet<WebhookRow>): void {
  const { webhookId: id } = event.data;
  const { occurredAt: at, principal: by } = readMetadata(recorded);
  if (event.type === 'WebhookCreated') {
    const { url, description, events } = event.data;
    webhooks.put({
      workspace,
      id,
      url,
      description,
      events: events === undefined ? null : JSON.stringify(events),
      secret_version: 1,
      previous_until: null,
      disabled_reason: null,
      enabled_at: at,
      created_position: recorded.position,
      created_at: at,
      created_by: by,
      updated_at: at,
      updated_by: by,
    });
    return;
  }
  const known = webhooks.get(workspace, id);
  if (known === undefined) throw new CorruptEventError(recorded, 'it changes what no earlier event made');
  const changed = { ...known, updated_at: at, updated_by: by };
  switch (event.type) {
    case 'WebhookSecretRotated': {
      const { secretVersion, previousUntil = null } = event.data;
      webhooks.put({ ...changed, secret_version: secretVersion, previous_until: previousUntil });
      return;
    }
    case 'WebhookDisabled':
      webhooks.put({ ...changed, disabled_reason: event.data.reason });
      return;
    case 'WebhookEnabled':
      webhooks.put({ ...changed, disabled_reason: null, enabled_at: at });
      return;
    case 'WebhookDeleted':
      webhooks.delete(workspace, id);
  }
}
