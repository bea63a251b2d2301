import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import { createStreamIdentifier, parseUUID } from '@eventstore/db-client/dist/utils/index.js';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import empties from 'google-protobuf/google/protobuf/empty_pb.js';
import type { ExpectedRevision } from '../../event-sourcing/event-store.js';
import type { LogPosition } from './eventstoredb.position.js';

/** An event ready to be sent: JSON as bytes, so that it stays as it was when it was appended. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly ProposedEvent[];
}

/** What the server says to an append it has judged. */
export type AppendAnswer =
  /** The place of the last event; its position is missing when the server has not looked it up for a repeated append. */
  | { readonly kind: 'appended'; readonly revision: bigint; readonly position: LogPosition | undefined }
  | { readonly kind: 'conflict'; readonly actual: ExpectedRevision };

/** After so long the server gives an append up that it could not finish. */
const serverDeadlineMs = 10_000;

/** Servers take messages of up to 4 MiB; an append may have several. */
const largestMessageBytes = 3 * 1024 * 1024;

/** No server can be set to take more. */
const largestAppendBytes = 16 * 1024 * 1024;

/** What an event takes beside its data and metadata, at most: id, type, content type and their names. */
const framingBytes = 256;

const largestRevision = 2n ** 63n - 1n;

/**
 * Refuses what would break the stream that all appends share.
 *
 * @throws RangeError for an event or an append larger than any server takes
 */
export function requireSendable(events: readonly ProposedEvent[]): void {
  let total = 0;
  for (const event of events) {
    const size = sizeOf(event);
    total += size;
    if (size > largestMessageBytes) throw tooLarge('one event', size, largestMessageBytes);
  }
  if (total > largestAppendBytes) throw tooLarge('one append', total, largestAppendBytes);
}

function tooLarge(what: string, bytes: number, most: number): RangeError {
  return new RangeError(`${what} of ${bytes} bytes is more than an event store takes, which is ${most} at most`);
}

function sizeOf({ type, data, metadata }: ProposedEvent): number {
  return data.length + metadata.length + type.length + framingBytes;
}

export function newCorrelationId(): string {
  return randomUUID();
}

/** The messages that an append is sent as; only the last one is final. */
export function requestsOf(
  correlationId: string,
  { stream, expected, events }: AppendRequest,
): readonly streams.BatchAppendReq[] {
  const options = new streams.BatchAppendReq.Options()
    .setStreamIdentifier(createStreamIdentifier(stream))
    .setDeadline(timestamps.Timestamp.fromDate(new Date(Date.now() + serverDeadlineMs)));
  if (expected === 'no-stream') options.setNoStream(new empties.Empty());
  else options.setStreamPosition(expected.toString());
  const id = uuidOf(correlationId);
  let last = new streams.BatchAppendReq().setCorrelationId(id).setOptions(options);
  const requests = [last];
  let size = 0;
  for (const event of events) {
    const more = sizeOf(event);
    if (size > 0 && size + more > largestMessageBytes) {
      last = new streams.BatchAppendReq().setCorrelationId(id);
      requests.push(last);
      size = 0;
    }
    size += more;
    last.addProposedMessages(messageOf(event));
  }
  last.setIsFinal(true);
  return requests;
}

function messageOf({ id, type, data, metadata }: ProposedEvent): streams.BatchAppendReq.ProposedMessage {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(uuidOf(id))
    .setData(data)
    .setCustomMetadata(metadata);
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  return message;
}

function uuidOf(id: string): shared.UUID {
  return new shared.UUID().setString(id);
}

/** Which append a response answers. */
export function correlationOf(response: streams.BatchAppendResp): string {
  const id = response.getCorrelationId();
  return id === undefined ? '' : parseUUID(id);
}

/** @throws CommandError for anything but success and conflict */
export function answerOf(response: streams.BatchAppendResp, stream: string): AppendAnswer {
  const success = response.getSuccess();
  if (success !== undefined) {
    return { kind: 'appended', revision: BigInt(success.getCurrentRevision()), position: positionOf(success) };
  }
  const error = response.getError();
  if (error === undefined) throw new Error('the event store gave an answer that says neither yes nor no');
  const conflict = error
    .getDetails()
    ?.unpack(
      (bytes: Uint8Array) => shared.WrongExpectedVersion.deserializeBinary(bytes),
      'event_store.client.WrongExpectedVersion',
    );
  if (conflict === null || conflict === undefined) throw unpackToCommandError(error, stream);
  return { kind: 'conflict', actual: actualOf(conflict) };
}

function actualOf(conflict: shared.WrongExpectedVersion): ExpectedRevision {
  if (!conflict.hasCurrentStreamRevision()) return 'no-stream';
  const revision = BigInt(conflict.getCurrentStreamRevision());
  return revision > largestRevision ? 'no-stream' : revision;
}

function positionOf(success: streams.BatchAppendResp.Success): LogPosition | undefined {
  const position = success.getPosition();
  if (position === undefined) return undefined;
  const commit = BigInt(position.getCommitPosition());
  const prepare = BigInt(position.getPreparePosition());
  return commit > largestRevision ? undefined : { commit, prepare };
}
