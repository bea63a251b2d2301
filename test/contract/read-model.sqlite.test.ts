import { SqliteReadModel } from '../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { describeReadModelContract } from './read-model.contract.js';

describeReadModelContract('SQLite', async () => {
  const directory = await temporaryDirectory();
  return {
    open: () => SqliteReadModel.open({ directory: directory.path }),
    dispose: () => directory.remove(),
  };
});
