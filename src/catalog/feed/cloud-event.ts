import { z } from 'zod';
import { feedEventSchema } from './feed-message.js';
import type { EventMessage, FeedEventType } from './feed-message.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import { positionField, timeField } from '../../vocabulary/field-schemas.js';

/** The media type of a CloudEvent as one JSON document. */
export const cloudEventMediaType = 'application/cloudevents+json; charset=utf-8';

const typePrefix = 'tagalong.';

/** An event of a workspace's feed as it goes out: CloudEvents 1.0.2 in the structured JSON form. */
export const cloudEventSchema = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: z.string().describe('The same for every delivery of the event, to whomever.'),
    source: z
      .string()
      .describe('Whose feed it is in.')
      .meta({ examples: ['/workspaces/team-a'] }),
    type: z.string().meta({ examples: ['tagalong.tag.pushed'] }),
    subject: z
      .string()
      .describe('The image, as the workspace knows it.')
      .meta({ examples: ['sandbox/base'] }),
    time: timeField,
    datacontenttype: z.literal('application/json'),
    position: positionField.describe('Where the feed can be followed from, to begin after this event.'),
    data: feedEventSchema,
  })
  .meta({ id: 'CloudEvent', description: 'An event of a feed as it goes out to webhooks and brokers.' });

export type CloudEvent = ShapeOf<typeof cloudEventSchema>;

/** The name of a type of event outside. */
export function cloudEventType(type: FeedEventType): string {
  return `${typePrefix}${type}`;
}

/** An event of a feed as it goes out. */
export function cloudEventOf({ id, position, event }: Omit<EventMessage, 'kind'>): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `/workspaces/${event.workspace}`,
    type: cloudEventType(event.type),
    subject: `${event.resourceType}/${event.name}`,
    time: event.occurredAt,
    datacontenttype: 'application/json',
    position,
    data: event,
  };
}
