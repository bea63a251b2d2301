import type { Provider } from '@nestjs/common';
import { AuditReader } from '../audit/audit-reader.js';
import { AuditQueries } from '../audit/audit.queries.js';
import { Replays } from '../audit/replays.js';
import { Verifications } from '../audit/verifications.js';
import { BillingReader } from '../billing/billing-reader.js';
import { StorageQueries } from '../billing/storage.queries.js';
import { ProjectionAdmin } from '../operations/projection-admin.js';
import { parseReplayTo, replayLog, verifyReadModel } from './audit-runs.js';
import { eventCodecs } from './event-codecs.js';
import { eventsInLog } from './events-in-log.js';
import type { Tagalong } from './tagalong.js';

/** What the doors to the record need: audit, billing, projections. */
export function recordProviders({
  stores,
  config,
  projections,
  readYourWrites,
  positions,
  clock,
}: Tagalong): Provider[] {
  const { events, readModel, eventsThrough, checkFiles } = stores;
  const isPosition = (text: string): boolean => events.isPosition(text);
  const eventsSeen = (): number => eventsInLog(stores, projections);
  const kinds = new Set(eventCodecs.flatMap(({ types }) => [...types]));
  return [
    {
      provide: AuditReader,
      useValue: new AuditReader(new AuditQueries(readModel.queries, events), events, readYourWrites, kinds, positions),
    },
    {
      provide: Verifications,
      useValue: new Verifications((limits) =>
        verifyReadModel(events, readModel, { ...limits, ...(checkFiles !== undefined && { store: checkFiles() }) }),
      ),
    },
    {
      provide: Replays,
      useValue: new Replays(
        (request, limits) =>
          replayLog(events, request, {
            ...limits,
            registry: config.registryHost,
            eventsThrough: (position) => eventsThrough(position) ?? eventsSeen(),
          }),
        (text) => parseReplayTo(text, isPosition),
      ),
    },
    {
      provide: BillingReader,
      useValue: new BillingReader(new StorageQueries(readModel.queries), readYourWrites, () => clock.now()),
    },
    { provide: ProjectionAdmin, useValue: new ProjectionAdmin(projections, eventsSeen) },
  ];
}
