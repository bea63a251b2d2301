import type { sendUnaryData, ServerUnaryCall, ServiceError } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { expectationOf } from './append-requests.js';
import { accessDenied, notReady, streamDeleted, wrongExpectedVersion } from './failures.js';
import type { DeleteOutcome } from './log-database.js';
import type { ExpectedRevision, LogPosition } from './log-record.js';
import { refusalOfCall } from './node-context.js';
import type { NodeContext } from './node-context.js';

/** `Streams.Delete`: a soft delete. */
export function serveDelete(
  node: NodeContext,
  call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
  answer: sendUnaryData<streams.DeleteResp>,
): void {
  remove(
    node,
    call,
    (stream, expected) => node.database.softDelete(stream, expected),
    answer,
    ({ commit, prepare }) =>
      new streams.DeleteResp().setPosition(
        new streams.DeleteResp.Position().setCommitPosition(commit.toString()).setPreparePosition(prepare.toString()),
      ),
  );
}

/** `Streams.Tombstone`: the end of a stream. */
export function serveTombstone(
  node: NodeContext,
  call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
  answer: sendUnaryData<streams.TombstoneResp>,
): void {
  remove(
    node,
    call,
    (stream, expected) => node.database.tombstone(stream, expected),
    answer,
    ({ commit, prepare }) =>
      new streams.TombstoneResp().setPosition(
        new streams.TombstoneResp.Position()
          .setCommitPosition(commit.toString())
          .setPreparePosition(prepare.toString()),
      ),
  );
}

function remove<Response>(
  node: NodeContext,
  call: ServerUnaryCall<streams.DeleteReq | streams.TombstoneReq, Response>,
  run: (stream: string, expected: ExpectedRevision) => DeleteOutcome,
  answer: sendUnaryData<Response>,
  respond: (position: LogPosition) => Response,
): void {
  const refusal = refusalOfRemoval(node, call);
  if (refusal !== undefined) {
    answer(refusal);
    return;
  }
  if (node.writes === 'silent') return;
  const options = call.request.getOptions();
  const stream = Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const expected = expectationOf(options, () => options?.getRevision() ?? '0');
  const outcome = run(stream, expected);
  switch (outcome.kind) {
    case 'deleted':
      answer(null, respond(outcome.position));
      break;
    case 'stream-deleted':
      answer(streamDeleted(stream));
      break;
    case 'wrong-expected-version':
      answer(wrongExpectedVersion(stream, numberOf(expected), outcome.actual));
      break;
  }
}

function refusalOfRemoval<Response>(
  node: NodeContext,
  { metadata }: ServerUnaryCall<streams.DeleteReq | streams.TombstoneReq, Response>,
): ServiceError | undefined {
  const refusal = refusalOfCall(node, metadata);
  if (refusal !== undefined) return refusal;
  if (typeof node.access.callerOf(metadata) !== 'object') return accessDenied();
  return node.writes === 'not-ready' ? notReady() : undefined;
}

/** The numbers by which the protocol's trailers name an expectation. */
function numberOf(expected: ExpectedRevision): string {
  switch (expected) {
    case 'any':
      return '-2';
    case 'no-stream':
      return '-1';
    case 'stream-exists':
      return '-4';
    default:
      return expected.toString();
  }
}
