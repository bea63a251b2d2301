import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openForWriting } from './connection.js';
import { GroupWriter } from './group-writer.js';
import type { WriterMessage, WriterOptions, WriterRequest } from './writer-protocol.js';

if (parentPort === null) throw new Error('the writer runs in a worker thread only');
const port = parentPort;
const { file } = workerData as WriterOptions;
const writer = new GroupWriter(() => openForWriting(file));

/** Milliseconds to look for the rest of a group, which is being made just now, before going to sleep: to be woken takes longer. */
const patience = 0.1;

function say(message: WriterMessage): void {
  port.postMessage(message);
}

function handle(request: WriterRequest): void {
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
}

function nextOfGroup(): WriterRequest | undefined {
  const until = performance.now() + patience;
  do {
    const received = receiveMessageOnPort(port) as { readonly message: WriterRequest } | undefined;
    if (received !== undefined) return received.message;
  } while (performance.now() < until);
  return undefined;
}

port.on('message', (first: WriterRequest) => {
  let request: WriterRequest | undefined = first;
  while (request !== undefined) {
    handle(request);
    request = request.kind === 'write' && !request.commit ? nextOfGroup() : undefined;
  }
});
say({ kind: 'ready' });
