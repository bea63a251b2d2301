import { Map } from 'immutable';
import { z } from 'zod';
import type { SnapshotCodec } from '../../event-sourcing/aggregate.js';
import type { Json } from '../../event-sourcing/json.js';

export interface Webhook {
  readonly url: string;
  readonly description: string;
  /** Types of feed events; absent for all. */
  readonly events?: readonly string[];
  readonly secretVersion: number;
  readonly isEnabled: boolean;
}

/** What the webhooks of a workspace have come to. */
export interface WebhooksState {
  /** Those not deleted, by id. */
  readonly webhooks: Map<string, Webhook>;
}

export const noWebhooks: WebhooksState = { webhooks: Map<string, Webhook>() };

const storedState = z.array(
  z.tuple([
    z.string(),
    z.strictObject({
      url: z.string(),
      description: z.string(),
      events: z.array(z.string()).exactOptional(),
      secretVersion: z.int(),
      isEnabled: z.boolean(),
    }),
  ]),
);

/** Changes whenever the shape of the state or the meaning of its fold changes. */
export const snapshotVersion = 'webhooks-1';

/** How much a state weighs in a cache, in units of about a hundred bytes. */
export function stateWeight({ webhooks }: WebhooksState): number {
  return 1 + 4 * webhooks.size;
}

export const webhookSnapshots: SnapshotCodec<WebhooksState> = {
  version: snapshotVersion,
  serialize: ({ webhooks }) => [...webhooks].map(([id, webhook]): Json => [id, jsonOf(webhook)]),
  deserialize: (json) => ({ webhooks: Map<string, Webhook>(storedState.parse(json)) }),
};

function jsonOf({ events, ...webhook }: Webhook): Json {
  return { ...webhook, ...(events !== undefined && { events: [...events] }) };
}
