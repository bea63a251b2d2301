import { parentPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.js';
import { GroupWriter } from './group-writer.js';
import type { WriterMessage, WriterOptions, WriterRequest } from './writer-protocol.js';

if (parentPort === null) throw new Error('the writer runs in a worker thread only');
const port = parentPort;
const { file } = workerData as WriterOptions;
const writer = new GroupWriter(() => openForWriting(file));

function say(message: WriterMessage): void {
  port.postMessage(message);
}

port.on('message', (request: WriterRequest) => {
  switch (request.kind) {
    case 'write':
      writer.write(request.batch);
      if (!request.commit) return;
      say({ kind: 'answer', answer: writer.commit() });
      writer.workAhead();
      return;
    case 'close':
      writer.close();
      port.close();
  }
});
say({ kind: 'ready' });
