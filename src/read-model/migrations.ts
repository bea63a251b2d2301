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
};
