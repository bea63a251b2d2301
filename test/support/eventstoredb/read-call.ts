import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { AllSubscription } from './all-subscription.js';
import { failure, handlerException, streamDeleted } from './failures.js';
import type { LogDatabase } from './log-database.js';
import { lastPossibleRevision } from './log-record.js';
import type { LogPosition, LogRecord } from './log-record.js';
import { recordsOfAll } from './read-all.js';
import { refusalOfRead } from './node-context.js';
import type { NodeContext } from './node-context.js';
import { eventResponse, streamNotFoundResponse } from './read-responses.js';
import { ResponseWriter } from './response-writer.js';
import type { ReadCall } from './response-writer.js';
import { filterOf } from './stream-filter.js';

const backwards = streams.ReadReq.Options.ReadDirection.BACKWARDS;

/** `Streams.Read`: a stream, `$all`, or a subscription to `$all`. */
export async function serveRead(node: NodeContext, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  const writer = new ResponseWriter(call);
  const stream = options?.getStream();
  const refusal = refusalOfRead(node, call.metadata, stream === undefined ? 'all' : 'stream');
  if (refusal !== undefined) {
    writer.fail(refusal);
  } else if (options !== undefined && stream !== undefined && options.hasCount()) {
    await readStream(node.database, writer, options, stream);
  } else if (options?.hasAll() === true && options.hasCount()) {
    await readAll(node.database, writer, options);
  } else if (options?.hasAll() === true && options.hasSubscription()) {
    await subscribe(node, writer, options);
  } else {
    writer.fail(failure(status.UNIMPLEMENTED, 'This server does not serve such a read.'));
  }
}

async function readStream(
  database: LogDatabase,
  writer: ResponseWriter,
  options: streams.ReadReq.Options,
  from: streams.ReadReq.Options.StreamOptions,
): Promise<void> {
  const name = Buffer.from(from.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const reversed = options.getReadDirection() === backwards;
  const slice = database.readStream(name, {
    from: revisionOf(from, reversed),
    direction: reversed ? 'backwards' : 'forwards',
    limit: Number(options.getCount()),
  });
  switch (slice.kind) {
    case 'not-found':
      writer.write(streamNotFoundResponse(name));
      writer.end();
      break;
    case 'deleted':
      writer.fail(streamDeleted(name));
      break;
    case 'found':
      await send(writer, slice.records, responder(database, options));
      break;
  }
}

/** `undefined` for the place where reading in that direction begins. */
function revisionOf(from: streams.ReadReq.Options.StreamOptions, reversed: boolean): bigint | undefined {
  if (from.hasRevision()) return BigInt(from.getRevision());
  if (reversed) return from.hasStart() ? 0n : undefined;
  return from.hasEnd() ? lastPossibleRevision : undefined;
}

async function readAll(database: LogDatabase, writer: ResponseWriter, options: streams.ReadReq.Options): Promise<void> {
  const records = recordsOfAll(database, {
    from: placeOf(options.getAll()),
    direction: options.getReadDirection() === backwards ? 'backwards' : 'forwards',
    limit: Number(options.getCount()),
  });
  if (records === 'inside-record') writer.fail(handlerException());
  else await send(writer, records, responder(database, options));
}

async function subscribe(node: NodeContext, writer: ResponseWriter, options: streams.ReadReq.Options): Promise<void> {
  const filter = filterOf(options);
  if (filter === undefined) {
    writer.fail(failure(status.INVALID_ARGUMENT, 'A filter needs an expression and a checkpoint interval.'));
    return;
  }
  const subscription = new AllSubscription({
    id: randomUUID(),
    database: node.database,
    filter,
    after: placeOf(options.getAll()),
    liveBuffer: node.liveBuffer,
    writer,
    respond: responder(node.database, options),
  });
  node.subscriptions.add(subscription);
  await subscription.run();
  node.subscriptions.delete(subscription);
}

async function send(
  writer: ResponseWriter,
  records: Iterable<LogRecord>,
  respond: (record: LogRecord) => streams.ReadResp,
): Promise<void> {
  for (const record of records) {
    if (!writer.isOpen()) return;
    writer.write(respond(record));
    await writer.drained();
  }
  writer.end();
}

function placeOf(all: streams.ReadReq.Options.AllOptions | undefined): LogPosition | 'start' | 'end' {
  const position = all?.getPosition();
  if (position === undefined) return all?.hasEnd() === true ? 'end' : 'start';
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
}

/** How a record is told: a link by itself, or with the event it points to if the reader wants links resolved. */
function responder(database: LogDatabase, options: streams.ReadReq.Options): (record: LogRecord) => streams.ReadResp {
  if (!options.getResolveLinks()) return (record) => eventResponse(record);
  return (record) => {
    const target = record.type === '$>' ? linkTarget(database, record) : undefined;
    return target === undefined ? eventResponse(record) : eventResponse(target, record);
  };
}

function linkTarget(database: LogDatabase, link: LogRecord): LogRecord | undefined {
  const [revision = '', ...stream] = Buffer.from(link.data).toString('utf8').split('@');
  const slice = database.readStream(stream.join('@'), { from: BigInt(revision), direction: 'forwards', limit: 1 });
  return slice.kind === 'found' ? slice.records[0] : undefined;
}
