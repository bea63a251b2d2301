import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import { workerScript } from '../../worker-threads/worker-script.js';
import type { AppendBatch, GroupAnswer, WriterMessage, WriterOptions, WriterRequest } from './writer-protocol.js';

/** What the owner of a writer thread is told. */
export interface WriterListener {
  /** The answer to the oldest group not answered yet. */
  onAnswer(answer: GroupAnswer): void;
  /** The thread is gone without having been asked to go; there will be no more answers. */
  onCrash(fault: StoreUnavailableError): void;
}

/** The thread that owns the writing connection, so that a flush never blocks the event loop. */
export class WriterThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #closing = false;

  private constructor(worker: Worker, listener: WriterListener) {
    this.#worker = worker;
    let fault: unknown;
    worker.on('message', (message: WriterMessage) => {
      if (message.kind === 'answer') listener.onAnswer(message.answer);
    });
    worker.on('error', (error) => {
      fault = error;
    });
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (!this.#closing) {
          listener.onCrash(
            new StoreUnavailableError(
              `the event store's writer thread ended unexpectedly (exit code ${code}); restart the service`,
              { cause: fault },
            ),
          );
        }
        resolve();
      });
    });
  }

  /** Starts the thread; resolves when it has opened the file. */
  static async start(options: WriterOptions, listener: WriterListener): Promise<WriterThread> {
    const script = workerScript(new URL('./writer.worker.js', import.meta.url));
    const worker = new Worker(script.code, { ...script.options, workerData: options, name: 'event-store-writer' });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        worker.off('error', reject);
        worker.off('exit', onExit);
        resolve();
      });
      const onExit = (code: number): void => {
        reject(new Error(`the event store's writer thread ended before it was ready (exit code ${code})`));
      };
      worker.once('error', reject);
      worker.once('exit', onExit);
    });
    return new WriterThread(worker, listener);
  }

  /** Hands over appends; with `commit`, asks for everything handed over since the last time to be committed and answered. */
  write(batch: AppendBatch, commit: boolean): void {
    this.#post({ kind: 'write', batch, commit });
  }

  /** Answers what was sent before, then closes the file and ends the thread. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  #post(request: WriterRequest): void {
    this.#worker.postMessage(request);
  }
}
