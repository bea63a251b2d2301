import { InMemoryEventStore } from '../../src/event-store/in-memory/in-memory.event-store.js';
import { describeEventStoreContract } from './event-store.contract.js';

describeEventStoreContract('in memory', () => {
  const store = new InMemoryEventStore();
  return Promise.resolve({ store, dispose: () => store.close() });
});
