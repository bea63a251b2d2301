import type { NewEvent } from '../../../../src/event-sourcing/event.js';
import { eventAt, images } from '../pushes.js';

/** So many writers, each of which waits for its answer before it appends again. */
export const writers = 64;

/** Something that stores events durably, to be compared with others. */
export interface Appender {
  readonly name: string;
  /** Puts in so many events beforehand, as fast as it takes them. The appender must be empty. */
  fill(events: number): Promise<void>;
  /** Appends one event after the other for so long. Answers the events per second that were durable and answered. */
  run(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Pushes made beforehand and given out again and again: all appenders store events of the same size, and making
 * them costs none of them time.
 */
export const pushes: readonly NewEvent[] = Array.from({ length: 8_192 }, (_, n) =>
  eventAt(n % images, 1_000 + Math.floor(n / images)),
);

/** The images a writer appends to, one after the other; no two writers share one. */
export function imagesOf(writer: number): readonly number[] {
  return Array.from({ length: images }, (_, image) => image).filter((image) => image % writers === writer);
}
