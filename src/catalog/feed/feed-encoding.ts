import type { FeedEvent, FeedMessage } from './feed-message.js';

/** What goes over the wire is the same for everybody who listens to a workspace, and is made once. */
const encoded = new WeakMap<FeedEvent, string>();

/** A message as a block of `text/event-stream`. Its id is the position to resume from. */
export function encodeMessage(message: FeedMessage, workspace: string): string {
  switch (message.kind) {
    case 'event':
      return encodeEvent(message.event);
    case 'caught-up': {
      const { kind: type, position } = message;
      return `${position === undefined ? '' : `id: ${position}\n`}event: ${type}\ndata: ${JSON.stringify({ position, type, workspace })}\n\n`;
    }
    case 'position':
      // Without data it is no event for who listens, and moves the id that a client sends when it comes back.
      return `id: ${message.position}\n\n`;
  }
}

/** A comment: keeps connections from being taken for dead. */
export const heartbeat = ':\n\n';

/** Tells a client how long to wait before it comes back. */
export function encodeRetry(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`;
}

function encodeEvent(event: FeedEvent): string {
  const known = encoded.get(event);
  if (known !== undefined) return known;
  const { position, type, workspace, resourceType, name, ...rest } = event;
  const data = JSON.stringify({ position, type, workspace, resourceType, name, ...rest });
  const text = `id: ${position}\nevent: ${type}\ndata: ${data}\n\n`;
  encoded.set(event, text);
  return text;
}
