import type { RecordedEvent } from '../../event-sourcing/event.js';

/** Events that can be appended together: next to each other in the log, and in one stream. */
export type AppendGroup = readonly [RecordedEvent, ...RecordedEvent[]];

const mostEvents = 500;
const mostBytes = 500_000;

/** Puts events together as far as their order allows and every store takes. */
export function groupsOf(events: readonly RecordedEvent[]): readonly AppendGroup[] {
  const groups: [RecordedEvent, ...RecordedEvent[]][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = JSON.stringify(event.data).length * 3 + JSON.stringify(event.metadata).length * 3;
    const group = groups.at(-1);
    const last = group?.at(-1);
    const follows = last?.stream === event.stream && last.revision + 1n === event.revision;
    if (group !== undefined && follows && group.length < mostEvents && bytes + size <= mostBytes) {
      group.push(event);
      bytes += size;
    } else {
      groups.push([event]);
      bytes = size;
    }
  }
  return groups;
}
