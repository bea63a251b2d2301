import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import type { Projection, ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { imageCodec } from '../images/domain/image.codec.js';
import { parseImageStream } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import { AuditNumbers } from './audit.numbers.js';
import {
  auditConcerns,
  auditCounters,
  auditEvents,
  auditNames,
  auditStreams,
  auditTimes,
  timeSliceOf,
} from './audit.tables.js';
import type { AuditTimeRow } from './audit.tables.js';
import { workspaceOfStream } from './stream-owner.js';

/** An event as the index sees it. */
interface Entry {
  readonly recorded: RecordedEvent;
  readonly workspace: string | undefined;
  readonly image: Slot | undefined;
  readonly principal: string;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  /** The other workspace that the event speaks of. */
  readonly concerns: string | undefined;
}

/**
 * An index over every event, of types unknown to this release too: where it is, and by which image,
 * workspace, principal, type and time it can be found. The events themselves are read from the store.
 *
 * Names are replaced by numbers, given in the order in which names first appear, so that the index
 * stays small beside the log and is built fast.
 */
export const auditProjection: Projection = {
  name: 'audit',
  version: 1,
  tables: [auditCounters, auditNames, auditStreams, auditEvents, auditConcerns, auditTimes],
  gatherMs: 100,
  async project(batch, rows) {
    const entries = batch.map(entryOf);
    const numbers = new AuditNumbers(rows);
    await numbers.load(
      entries.map(({ recorded, ...entry }) => ({ ...entry, stream: recorded.stream, type: recorded.type })),
    );
    const times = await timesOf(entries, rows);
    const events = rows.table(auditEvents);
    const concerns = rows.table(auditConcerns);
    for (const { recorded, workspace, image, principal, occurredAt, concerns: other } of entries) {
      const { position, stream, type, revision } = recorded;
      const workspaceNumber = workspace === undefined ? null : numbers.of('workspace', workspace);
      events.put({
        position,
        stream_number: numbers.ofStream(stream, workspaceNumber, image),
        revision: Number(revision),
        workspace_number: workspaceNumber,
        type_number: numbers.of('type', type),
        principal_number: numbers.of('principal', principal),
        occurred_at: occurredAt,
      });
      if (other !== undefined) concerns.put({ workspace_number: numbers.of('workspace', other), position });
      noteTime(times, occurredAt, position);
    }
  },
};

function entryOf(recorded: RecordedEvent): Entry {
  const { principal, occurredAt } = readMetadata(recorded);
  const milliseconds = Date.parse(occurredAt);
  if (!Number.isFinite(milliseconds))
    throw new CorruptEventError(recorded, `metadata: occurredAt ${occurredAt} is not a time`);
  const image = parseImageStream(recorded.stream);
  return {
    recorded,
    workspace: image?.workspace ?? workspaceOfStream(recorded.stream),
    image,
    principal,
    occurredAt: milliseconds,
    concerns: otherParty(recorded),
  };
}

const eventsOfShares: ReadonlySet<string> = new Set([
  'ImageShared',
  'ImageUnshared',
  'ShareRequested',
  'ShareRequestDeclined',
  'ShareRequestExpired',
  'ShareRequestWithdrawn',
  'SharedImageReceived',
  'SharedImageRevoked',
]);

/** The workspace on the other side of a share. */
function otherParty(recorded: RecordedEvent): string | undefined {
  if (!eventsOfShares.has(recorded.type)) return undefined;
  const event = imageCodec.decode(recorded);
  if (event === undefined) return undefined;
  if ('target' in event.data) return event.data.target;
  return 'source' in event.data ? event.data.source : undefined;
}

async function timesOf(entries: readonly Entry[], rows: ProjectionRows): Promise<RowSet<AuditTimeRow>> {
  const times = rows.table(auditTimes);
  const slices = new Set(entries.map(({ occurredAt }) => timeSliceOf(occurredAt)));
  await times.load([...slices].map((slice) => [slice]));
  return times;
}

/** Events come in global order, so the last one seen is the last one there is. */
function noteTime(times: RowSet<AuditTimeRow>, occurredAt: number, position: string): void {
  const slice = timeSliceOf(occurredAt);
  const first = times.get(slice)?.first_position ?? position;
  times.put({ slice, first_position: first, last_position: position });
}
