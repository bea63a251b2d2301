import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './log-record.js';

/** Which records of `$all` a subscription is sent, and how often it is told how far the search has come. */
export interface StreamFilter {
  matches(record: LogRecord): boolean;
  /** Records searched before the subscriber is told. `undefined`: never told, as without a filter. */
  readonly checkpointInterval: number | undefined;
  /** Records searched in one page. */
  readonly window: number;
}

const defaultWindow = 32;

/** @returns `undefined` for a filter that names nothing to compare with */
export function filterOf(options: ReadReq.Options | undefined): StreamFilter | undefined {
  const filter = options?.getFilter();
  if (filter === undefined) return { matches: () => true, checkpointInterval: undefined, window: defaultWindow };
  const window = filter.hasMax() ? filter.getMax() : defaultWindow;
  const checkpointInterval = window * filter.getCheckpointintervalmultiplier();
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  if (expression === undefined || checkpointInterval === 0) return undefined;
  const subject = filter.hasStreamIdentifier()
    ? (record: LogRecord): string => record.stream
    : (record: LogRecord): string => record.type;
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) {
    return {
      matches: (record) => prefixes.some((prefix) => subject(record).startsWith(prefix)),
      checkpointInterval,
      window,
    };
  }
  const pattern = new RegExp(expression.getRegex(), 'u');
  return { matches: (record) => pattern.test(subject(record)), checkpointInterval, window };
}
