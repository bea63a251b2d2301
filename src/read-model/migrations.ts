import type { Kysely, Migration } from 'kysely';

/**
 * The schema of the fixed tables, step by step. A step that was released never changes.
 *
 * Their names sort in the order of the steps.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-generations-and-snapshots': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('read_model')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('generations')
        .addColumn('projection', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('tables', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('checkpoint', 'text')
        .addColumn('events', 'bigint', (column) => column.notNull())
        .addColumn('complete', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('generations_key', ['projection', 'number'])
        .execute();
      await db.schema
        .createTable('snapshots')
        .addColumn('stream', 'text', (column) => column.primaryKey())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('revision', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '0003-webhook-deliveries': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('webhook_cursors')
        .addColumn('webhook_id', 'text', (column) => column.primaryKey())
        .addColumn('position', 'text', (column) => column.notNull())
        .addColumn('failing_since', 'bigint')
        .execute();
      await db.schema
        .createTable('webhook_deliveries')
        .addColumn('webhook_id', 'text', (column) => column.notNull())
        .addColumn('delivery_id', 'text', (column) => column.notNull())
        .addColumn('number', 'bigint', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('attempts', 'text', (column) => column.notNull())
        .addColumn('next_attempt_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('webhook_deliveries_key', ['webhook_id', 'delivery_id'])
        .execute();
      await db.schema
        .createIndex('webhook_deliveries_by_number')
        .on('webhook_deliveries')
        .columns(['webhook_id', 'number'])
        .execute();
    },
  },
};
