import type { PreparedQuery, QueryTemplate } from '../../read-model/prepared-query.js';

/** A read model that compiles a query once and runs it often. */
export interface QuerySource<Schema> {
  prepare<P extends object, Result>(template: QueryTemplate<Schema, P, Result>): PreparedQuery<P, Result>;
}
