import { parentPort, workerData } from 'node:worker_threads';
import { SqliteError } from 'better-sqlite3';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import type { BulkAnswer, BulkRequest } from './bulk-writer.protocol.js';
import { moveCheckpoint } from './sqlite.checkpoint.js';
import type { CheckpointStep } from './sqlite.checkpoint.js';
import { SqliteConnection } from './sqlite.connection.js';
import { StatementsOfCommit } from './sqlite.statements.js';

if (parentPort === null) throw new Error('the bulk writer runs in a worker thread only');
const port = parentPort;
const connection = SqliteConnection.open(workerData as string, { queryOnly: false });
let statements = new StatementsOfCommit();

port.on('message', (request: BulkRequest) => {
  switch (request.kind) {
    case 'begin':
      statements = new StatementsOfCommit();
      return;
    case 'statement':
      statements.add(request.runs);
      return;
    case 'commit':
      port.postMessage(commit(request.step));
      return;
    case 'close':
      connection.close();
      port.close();
  }
});

function commit(step: CheckpointStep): BulkAnswer {
  const toRun = statements;
  statements = new StatementsOfCommit();
  try {
    connection.transactionNow(() => {
      moveCheckpoint(connection, step);
      toRun.run(connection);
    });
    return { kind: 'committed' };
  } catch (error) {
    if (error instanceof CheckpointMovedError) return { kind: 'checkpoint-moved', actual: error.actual };
    if (error instanceof SqliteError) return { kind: 'sqlite-fault', code: error.code, message: error.message };
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
}
