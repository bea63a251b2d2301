import type { Kysely, Migration } from 'kysely';
import { migrations } from '../migrations.js';

/** The fixed tables in PostgreSQL: those of every read model, those by which nodes agree who runs the subscribers, and the secrets they share. */
export const postgresMigrations: Readonly<Record<string, Migration>> = {
  ...migrations,
  '0002-cluster': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('generations').addColumn('term', 'bigint').execute();
      await db.schema
        .createTable('cluster_leases')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('holder', 'text')
        .addColumn('node', 'text', (column) => column.notNull())
        .addColumn('term', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
        .addColumn('statuses', 'text', (column) => column.notNull().defaultTo('[]'))
        .addColumn('paused', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
      await db.schema
        .createTable('cluster_orders')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('projection', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('node', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
        .addColumn('answer', 'text')
        .execute();
    },
  },
  '0004-service-secrets': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('service_secrets')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .execute();
    },
  },
};
