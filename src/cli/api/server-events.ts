/** One event of a `text/event-stream`. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
  /** The last id the stream gave, with this event or before it. */
  readonly id: string | undefined;
}

/** What a stream of events may say besides events. */
export interface ServerEventOptions {
  /** Told how long the service wants to be left alone before a reconnection, in milliseconds. */
  readonly onRetry?: (milliseconds: number) => void;
  /** Told of every id, also where no event comes with it: to come back, one begins behind it. */
  readonly onId?: (id: string) => void;
}

/**
 * Reads the lines of a stream of server-sent events, as the HTML standard interprets them. An event that the stream
 * breaks off in is not delivered.
 */
export async function* readServerEvents(
  lines: AsyncIterable<string>,
  { onRetry, onId }: ServerEventOptions = {},
): AsyncGenerator<ServerEvent> {
  let id: string | undefined;
  let type = '';
  let data: string[] = [];
  let isFirst = true;
  for await (const raw of lines) {
    const line = isFirst && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
    isFirst = false;
    if (line === '') {
      if (id !== undefined) onId?.(id);
      if (data.length > 0) yield { type: type === '' ? 'message' : type, data: data.join('\n'), id };
      type = '';
      data = [];
      continue;
    }
    const { field, value } = splitField(line);
    switch (field) {
      case 'event':
        type = value;
        break;
      case 'data':
        data.push(value);
        break;
      case 'id':
        if (!value.includes('\0')) id = value;
        break;
      case 'retry':
        if (/^\d+$/.test(value)) onRetry?.(Number(value));
        break;
      default:
        break;
    }
  }
}

function splitField(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon < 0) return { field: line, value: '' };
  const value = line.slice(colon + 1);
  return { field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value };
}
