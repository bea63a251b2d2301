import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { AppendOutcome } from './log-database.js';
import type { ExpectedRevision } from './log-record.js';
import { streamIdentifier } from './read-responses.js';

/** What a batched append is answered with. */
export type BatchOutcome =
  AppendOutcome | { readonly kind: 'timeout' } | { readonly kind: 'access-denied' } | { readonly kind: 'not-ready' };

/** The append an answer belongs to. */
export interface AnsweredAppend {
  readonly correlationId: string;
  readonly stream: string;
  readonly expected: ExpectedRevision;
}

interface Packable {
  serializeBinary(): Uint8Array;
}

export function batchResponse(append: AnsweredAppend, outcome: BatchOutcome): streams.BatchAppendResp {
  const response = new streams.BatchAppendResp()
    .setCorrelationId(new shared.UUID().setString(append.correlationId))
    .setStreamIdentifier(streamIdentifier(append.stream));
  echo(response, append.expected);
  switch (outcome.kind) {
    case 'success':
      return response.setSuccess(
        new streams.BatchAppendResp.Success()
          .setCurrentRevision(outcome.revision.toString())
          .setPosition(
            new shared.AllStreamPosition()
              .setCommitPosition(outcome.position.commit.toString())
              .setPreparePosition(outcome.position.prepare.toString()),
          ),
      );
    case 'nothing':
      return response.setSuccess(nothing(outcome.revision));
    default:
      return response.setError(errorOf(append, outcome));
  }
}

function nothing(revision: bigint | 'no-stream'): streams.BatchAppendResp.Success {
  const success = new streams.BatchAppendResp.Success().setNoPosition(new empty.Empty());
  return revision === 'no-stream'
    ? success.setNoStream(new empty.Empty())
    : success.setCurrentRevision(revision.toString());
}

function errorOf(
  { stream, expected }: AnsweredAppend,
  outcome: Exclude<BatchOutcome, { kind: 'success' | 'nothing' }>,
): statuses.Status {
  switch (outcome.kind) {
    case 'wrong-expected-version':
      return error(code.Code.ALREADY_EXISTS, 'WrongExpectedVersion', conflict(expected, outcome.actual));
    case 'stream-deleted':
      return error(
        code.Code.FAILED_PRECONDITION,
        'StreamDeleted',
        new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream)),
      );
    case 'too-large':
      return error(
        code.Code.INVALID_ARGUMENT,
        'MaximumAppendSizeExceeded',
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(outcome.limit),
      );
    case 'bad-request':
      return error(code.Code.INVALID_ARGUMENT, 'BadRequest', new shared.BadRequest().setMessage(outcome.reason));
    case 'timeout':
      return error(code.Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
    case 'access-denied':
      return error(code.Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied());
    case 'not-ready':
      return new statuses.Status()
        .setCode(code.Code.UNAVAILABLE)
        .setMessage('Server Is Not Ready')
        .setDetails(packed(new empty.Empty(), 'google.protobuf.Empty'));
  }
}

function error(errorCode: code.Code, name: string, details: Packable): statuses.Status {
  return new statuses.Status()
    .setCode(errorCode)
    .setMessage(name)
    .setDetails(packed(details, `event_store.client.${name}`));
}

function packed(details: Packable, typeName: string): any.Any {
  const message = new any.Any();
  message.pack(details.serializeBinary(), typeName);
  return message;
}

function conflict(expected: ExpectedRevision, actual: bigint | 'no-stream'): shared.WrongExpectedVersion {
  const details = new shared.WrongExpectedVersion();
  if (actual === 'no-stream') details.setCurrentNoStream(new empty.Empty());
  else details.setCurrentStreamRevision(actual.toString());
  switch (expected) {
    case 'any':
      return details.setExpectedAny(new empty.Empty());
    case 'no-stream':
      return details.setExpectedNoStream(new empty.Empty());
    case 'stream-exists':
      return details.setExpectedStreamExists(new empty.Empty());
    default:
      return details.setExpectedStreamPosition(expected.toString());
  }
}

function echo(response: streams.BatchAppendResp, expected: ExpectedRevision): void {
  switch (expected) {
    case 'any':
      response.setAny(new empty.Empty());
      break;
    case 'no-stream':
      response.setNoStream(new empty.Empty());
      break;
    case 'stream-exists':
      response.setStreamExists(new empty.Empty());
      break;
    default:
      response.setStreamPosition(expected.toString());
  }
}
