import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { SqliteError } from 'better-sqlite3';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import { workerScript } from '../../worker-threads/worker-script.js';
import type { BulkAnswer, BulkRequest } from './bulk-writer.protocol.js';
import type { CheckpointStep } from './sqlite.checkpoint.js';
import type { StatementRuns } from './sqlite.statements.js';

/**
 * Writes many rows in one transaction in a thread of its own, on a connection of its own, so that the next events are
 * read and projected meanwhile. The thread starts with the first commit: who has nothing to catch up with has none.
 */
export class BulkWriter {
  #worker: Worker | undefined;
  #answered: ((answer: BulkAnswer) => void) | undefined;
  #closed: Promise<void> | undefined;

  /** @param file of the read model */
  constructor(private readonly file: string) {}

  /**
   * Moves the checkpoint and runs the statements, all or nothing. One commit at a time; nobody else may write the file
   * meanwhile.
   *
   * @throws CheckpointMovedError when the checkpoint is not where the step begins
   * @throws SqliteError when the file cannot take it
   * @throws StoreUnavailableError when the thread is gone: the outcome is not known
   */
  async commit(step: CheckpointStep, statements: Iterable<StatementRuns>): Promise<void> {
    const worker = (this.#worker ??= this.#start());
    const answer = new Promise<BulkAnswer>((resolve) => {
      this.#answered = resolve;
    });
    post(worker, { kind: 'begin' });
    for (const runs of statements) {
      post(worker, { kind: 'statement', runs });
      await nextTurn();
    }
    post(worker, { kind: 'commit', step });
    requireCommitted(await answer, step);
  }

  /** Ends the thread, if there is one. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    post(worker, { kind: 'close' });
    await exited;
  }

  #start(): Worker {
    const { code, options } = workerScript(new URL('./bulk-writer.worker.js', import.meta.url));
    const worker = new Worker(code, { ...options, workerData: this.file, name: 'read-model-writer' });
    let fault = 'it ended';
    worker.on('message', (answer: BulkAnswer) => {
      this.#answered?.(answer);
    });
    worker.on('error', (error: unknown) => {
      fault = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => {
      this.#worker = undefined;
      this.#answered?.({ kind: 'thread-gone', message: fault });
    });
    return worker;
  }
}

function post(worker: Worker, request: BulkRequest): void {
  worker.postMessage(request);
}

function requireCommitted(answer: BulkAnswer, { projection, from }: CheckpointStep): void {
  switch (answer.kind) {
    case 'committed':
      return;
    case 'checkpoint-moved':
      throw new CheckpointMovedError(projection, from, answer.actual);
    case 'sqlite-fault':
      throw new SqliteError(answer.message, answer.code);
    case 'fault':
      throw new Error(answer.message);
    case 'thread-gone':
      throw new StoreUnavailableError(`the thread that writes the read model is gone: ${answer.message}`);
  }
}
