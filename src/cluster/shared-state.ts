import { z } from 'zod';
import type { SubscriberStatus } from '../event-sourcing/projection.js';
import { subscribersLease } from '../read-model/postgres/term-fence.js';

const fault = z.object({
  message: z.string(),
  position: z.string().exactOptional(),
  stream: z.string().exactOptional(),
});

/** A subscriber's status as the holder of the lease wrote it down. */
export const statusSchema = z.object({
  name: z.string(),
  version: z.number(),
  state: z.enum(['starting', 'catching-up', 'live', 'paused', 'stopped', 'failed']),
  ready: z.boolean(),
  checkpoint: z.string().optional(),
  head: z.string().optional(),
  lagMs: z.number(),
  eventsProcessed: z.number(),
  fault: fault.exactOptional(),
  rebuild: z
    .object({ checkpoint: z.string().optional(), eventsProcessed: z.number(), fault: fault.exactOptional() })
    .exactOptional(),
});

const sharedState = z.object({
  live: z.array(
    z.object({
      projection: z.string(),
      number: z.number(),
      version: z.number(),
      checkpoint: z.string().nullable(),
      complete: z.number(),
    }),
  ),
  lease: z
    .object({ holder: z.string().nullable(), node: z.string(), valid: z.boolean(), statuses: z.string() })
    .nullable(),
  orders: z.array(
    z.object({
      id: z.number(),
      projection: z.string(),
      action: z.enum(['rebuild', 'pause', 'resume', 'retry']),
    }),
  ),
});

/** What every node sees of the subscribers, as it stood at one moment. */
export type SharedState = z.infer<typeof sharedState>;
export type SharedGeneration = SharedState['live'][number];
export type SharedOrder = SharedState['orders'][number];

/** Answers one row that {@link readSharedState} understands. */
export const sharedStateQuery = `
  SELECT
    (SELECT coalesce(json_agg(json_build_object('projection', projection, 'number', number, 'version', version,
       'checkpoint', checkpoint, 'complete', complete)), '[]') FROM generations WHERE state = 'live') AS live,
    (SELECT json_build_object('holder', holder, 'node', node, 'valid', expires_at > clock_timestamp(),
       'statuses', statuses) FROM cluster_leases WHERE name = '${subscribersLease}') AS lease,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'projection', projection, 'action', action) ORDER BY id), '[]')
       FROM cluster_orders WHERE answer IS NULL AND expires_at > clock_timestamp()) AS orders`;

export function readSharedState(row: unknown): SharedState {
  return sharedState.parse(row);
}

/** The statuses the holder wrote down; none when another release wrote them in another way. */
export function readStatuses(text: string): readonly SubscriberStatus[] {
  const parsed = z.array(statusSchema).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.map(statusOf) : [];
}

/** What JSON leaves out is there again. */
export function statusOf({ rebuild, ...status }: z.infer<typeof statusSchema>): SubscriberStatus {
  return {
    ...status,
    checkpoint: status.checkpoint,
    head: status.head,
    ...(rebuild !== undefined && { rebuild: { ...rebuild, checkpoint: rebuild.checkpoint } }),
  };
}
