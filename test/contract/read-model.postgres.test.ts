import { PostgresSite, describePostgres } from '../support/postgres/postgres-site.js';
import { describeReadModelContract } from './read-model.contract.js';

describePostgres('with a PostgreSQL server', () => {
  describeReadModelContract('PostgreSQL', () => Promise.resolve(new PostgresSite()));
});
