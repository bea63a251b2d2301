import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../../src/event-store/sqlite/recent-events.js';
import { StoredEvent } from '../../../src/event-store/stored-event.js';

function event(sequence: number, data = '{}'): StoredEvent {
  return new StoredEvent(sequence, 's', sequence - 1, `id-${sequence}`, 'T', '{}', data);
}

function sequences(events: readonly StoredEvent[] | undefined): number[] | undefined {
  return events?.map(({ sequence }) => sequence);
}

describe('the newest events kept in memory', () => {
  it('gives what follows a position, as far as it reaches back', () => {
    const recent = new RecentEvents();
    for (let sequence = 11; sequence <= 15; sequence++) recent.push(event(sequence));

    expect(sequences(recent.after(12, 2))).toEqual([13, 14]);
    expect(sequences(recent.after(10, 9))).toEqual([11, 12, 13, 14, 15]);
    expect(sequences(recent.after(15, 9))).toEqual([]);
    expect(recent.after(9, 9)).toBeUndefined();
    expect(recent.at(14)?.sequence).toBe(14);
    expect(recent.at(10)).toBeUndefined();
    expect(recent.at(16)).toBeUndefined();
  });

  it('knows nothing while it is empty', () => {
    expect(new RecentEvents().after(0, 1)).toBeUndefined();
    expect(new RecentEvents().at(1)).toBeUndefined();
  });

  it('stays within its bound of events', () => {
    const recent = new RecentEvents(10, 1_000_000);
    for (let sequence = 1; sequence <= 1_000; sequence++) {
      recent.push(event(sequence));
      expect(recent.after(sequence - Math.min(sequence, 10), 10)).toHaveLength(Math.min(sequence, 10));
    }
    expect(recent.after(979, 1)).toBeUndefined();
  });

  it('stays within its bound of characters, and survives an event heavier than that', () => {
    const recent = new RecentEvents(1_000, 100);
    for (let sequence = 1; sequence <= 50; sequence++) recent.push(event(sequence, `"${'x'.repeat(30)}"`));
    expect(recent.after(40, 10)).toBeUndefined();
    expect(sequences(recent.after(48, 10))).toEqual([49, 50]);

    recent.push(event(51, `"${'x'.repeat(500)}"`));
    expect(sequences(recent.after(51, 10)) ?? []).toEqual([]);
    recent.push(event(52));
    expect(sequences(recent.after(51, 10))).toEqual([52]);
  });
});
