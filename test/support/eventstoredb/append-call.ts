import { status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { expectationOf, nameOf, proposedEventOf } from './append-requests.js';
import { accessDenied, failure, notReady, streamDeleted } from './failures.js';
import type { AppendOutcome } from './log-database.js';
import type { ExpectedRevision, ProposedEvent } from './log-record.js';
import { refusalOfCall } from './node-context.js';
import type { NodeContext } from './node-context.js';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;
type Answer = sendUnaryData<streams.AppendResp>;

/** `Streams.Append`: one append, its options first, then an event a message. Used where a call has its own credentials. */
export function serveAppend(node: NodeContext, call: AppendCall, answer: Answer): void {
  const refusal = refusalOfCall(node, call.metadata);
  if (refusal !== undefined) {
    answer(refusal);
    return;
  }
  const events: ProposedEvent[] = [];
  let options: streams.AppendReq.Options | undefined;
  call.on('data', (request: streams.AppendReq) => {
    const message = request.getProposedMessage();
    if (message === undefined) options = request.getOptions();
    else events.push(proposedEventOf(message));
  });
  call.on('end', () => {
    decide(node, call, answer, { options, events });
  });
}

function decide(
  node: NodeContext,
  call: AppendCall,
  answer: Answer,
  { options, events }: { options: streams.AppendReq.Options | undefined; events: readonly ProposedEvent[] },
): void {
  const stream = nameOf(options);
  const expected = expectationOf(options, () => options?.getRevision() ?? '0');
  const fate = node.fates.next();
  if (typeof node.access.callerOf(call.metadata) !== 'object' || fate?.answer === 'access-denied') {
    answer(accessDenied());
    return;
  }
  if (node.writes === 'not-ready') {
    answer(notReady());
    return;
  }
  if (node.writes === 'silent') return;
  if (fate === undefined) {
    reply(answer, stream, expected, node.database.append(stream, expected, events));
    return;
  }
  if (fate.written) node.database.append(stream, expected, events);
  if (fate.answer === 'timeout') answer(failure(status.ABORTED, 'Operation timed out'));
  if (fate.answer === 'connection-lost') node.dropConnections();
}

function reply(answer: Answer, stream: string, expected: ExpectedRevision, outcome: AppendOutcome): void {
  switch (outcome.kind) {
    case 'success':
      answer(
        null,
        new streams.AppendResp().setSuccess(
          new streams.AppendResp.Success()
            .setCurrentRevision(outcome.revision.toString())
            .setPosition(
              new streams.AppendResp.Position()
                .setCommitPosition(outcome.position.commit.toString())
                .setPreparePosition(outcome.position.prepare.toString()),
            ),
        ),
      );
      break;
    case 'nothing':
      answer(null, new streams.AppendResp().setSuccess(nothing(outcome.revision)));
      break;
    case 'wrong-expected-version':
      answer(null, new streams.AppendResp().setWrongExpectedVersion(conflict(expected, outcome.actual)));
      break;
    case 'stream-deleted':
    case 'too-large':
    case 'bad-request':
      answer(statusOf(stream, outcome));
      break;
  }
}

function statusOf(
  stream: string,
  outcome: Extract<AppendOutcome, { kind: 'stream-deleted' | 'too-large' | 'bad-request' }>,
): ServiceError {
  switch (outcome.kind) {
    case 'stream-deleted':
      return streamDeleted(stream);
    case 'too-large':
      return failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${outcome.limit} Exceeded.`, {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': outcome.limit.toString(),
      });
    case 'bad-request':
      return failure(status.INVALID_ARGUMENT, outcome.reason);
  }
}

function nothing(revision: bigint | 'no-stream'): streams.AppendResp.Success {
  const success = new streams.AppendResp.Success().setNoPosition(new shared.Empty());
  return revision === 'no-stream'
    ? success.setNoStream(new shared.Empty())
    : success.setCurrentRevision(revision.toString());
}

function conflict(expected: ExpectedRevision, actual: bigint | 'no-stream'): streams.AppendResp.WrongExpectedVersion {
  const details = new streams.AppendResp.WrongExpectedVersion();
  if (actual === 'no-stream') details.setCurrentNoStream(new shared.Empty());
  else details.setCurrentRevision(actual.toString());
  switch (expected) {
    case 'any':
      return details.setExpectedAny(new shared.Empty());
    case 'no-stream':
      return details.setExpectedNoStream(new shared.Empty());
    case 'stream-exists':
      return details.setExpectedStreamExists(new shared.Empty());
    default:
      return details.setExpectedRevision(expected.toString());
  }
}
