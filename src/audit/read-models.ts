import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import { ReadModelView } from './read-model-view.js';

/** An empty read model in a temporary directory, which goes with it. */
export interface TemporaryReadModel<Schema> {
  readonly readModel: SqliteReadModel<Schema>;
  readonly view: ReadModelView;
  close(): Promise<void>;
}

export async function openTemporary<Schema>(): Promise<TemporaryReadModel<Schema>> {
  const directory = await mkdtemp(join(tmpdir(), 'tagalong-replay-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const readModel = await SqliteReadModel.open<Schema>({ directory });
    return {
      readModel,
      view: new ReadModelView(readModel.queries),
      close: async () => {
        await readModel.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
