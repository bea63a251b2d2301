import { randomUUID } from 'node:crypto';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb/server.js';
import { describeEventStoreContract } from './event-store.contract.js';

const real = process.env['TAGALONG_TEST_EVENTSTOREDB'];

describeEventStoreContract(
  real === undefined ? 'EventStoreDB, served by the test server' : 'EventStoreDB',
  async () => {
    const server = real === undefined ? await EventStoreDbServer.start({}) : undefined;
    const store = await EventStoreDbEventStore.open({
      connectionString: real ?? server?.connectionString ?? '',
      // A real server keeps what other tests have left.
      prefix: `contract-${randomUUID()}/`,
      categories: [''],
    });
    return {
      store,
      async dispose() {
        await store.close();
        await server?.stop();
      },
    };
  },
);
