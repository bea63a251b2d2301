import { auditProjection } from '../audit/audit.projection.js';
import type { AuditTables } from '../audit/audit.tables.js';
import { storageProjection } from '../billing/storage.projection.js';
import type { StorageTables } from '../billing/storage.tables.js';
import { catalogProjection } from '../catalog/catalog.projection.js';
import type { CatalogSchema } from '../catalog/catalog.tables.js';
import { catalogHistoryProjection } from '../catalog/history/catalog-history.projection.js';
import type { CatalogHistorySchema } from '../catalog/history/history.tables.js';
import { commandLogProjection } from '../command-bus/command-log.projection.js';
import type { CommandLogTables } from '../command-bus/command-log.projection.js';
import type { Projection } from '../event-sourcing/projection.js';
import { webhooksProjection } from '../webhooks/webhooks.projection.js';
import type { WebhookTables } from '../webhooks/webhooks.tables.js';
import { accessProjection } from '../workspaces/access.projection.js';
import type { AccessSchema } from '../workspaces/access.tables.js';

/** Every table of the read model. */
export type ReadModelSchema = AccessSchema &
  CatalogSchema &
  CatalogHistorySchema &
  StorageTables &
  AuditTables &
  CommandLogTables &
  WebhookTables;

/** Every projection that is nothing but rows: it can be thrown away and built again from the log. */
export function readModelProjections(): readonly Projection[] {
  return [
    catalogProjection(),
    accessProjection,
    commandLogProjection,
    catalogHistoryProjection(),
    storageProjection,
    auditProjection,
    webhooksProjection,
  ];
}

/** What a write must be visible in before it is answered. */
export const readYourWritesProjections: readonly string[] = [catalogProjection().name, accessProjection.name];
