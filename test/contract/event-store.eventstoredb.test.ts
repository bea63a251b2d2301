import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb/server.js';
import { describeEventStoreContract } from './event-store.contract.js';

describeEventStoreContract('EventStoreDB, served by the test server', async () => {
  const server = await EventStoreDbServer.start({});
  const store = await EventStoreDbEventStore.open({
    connectionString: server.connectionString,
    prefix: 'c/',
    categories: [''],
  });
  return {
    store,
    async dispose() {
      await store.close();
      await server.stop();
    },
  };
});
