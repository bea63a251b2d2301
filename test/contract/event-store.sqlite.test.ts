import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite.event-store.js';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { describeEventStoreContract } from './event-store.contract.js';

describeEventStoreContract('SQLite', async () => {
  const directory = await temporaryDirectory();
  const store = await SqliteEventStore.open({ directory: directory.path });
  return {
    store,
    dispose: async () => {
      await store.close();
      await directory.remove();
    },
  };
});
