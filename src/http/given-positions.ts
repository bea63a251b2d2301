import type { EventReader } from '../event-sourcing/event-store.js';
import { hasPassed } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import { Refusal, invalidInput } from './refusal.js';

/**
 * Positions as clients send them back. They compare as text, so one that is none would be before or after everything,
 * and look like an answer.
 */
export class GivenPositions {
  /** @param isPosition whether a text is a position of this store, wherever its log is by now */
  constructor(
    private readonly reader: Pick<EventReader, 'head'>,
    readonly isPosition: (text: string) => boolean,
  ) {}

  /** @throws Refusal naming the field when the text is no position */
  checked(field: string, text: string): Position {
    if (this.isPosition(text)) return text;
    const message = `${field} must be a position as the service gave it out`;
    throw invalidInput('invalid-input', `${message}.`, [{ field, message }]);
  }

  /** @throws Refusal when the text is no position, or one that the log has not come to */
  async reached(field: string, text: string): Promise<Position> {
    const position = this.checked(field, text);
    if (hasPassed(await this.reader.head(), position)) return position;
    throw new Refusal({
      code: 'position-unknown',
      category: 'gone',
      message: `The event store does not reach to position ${text}; it was probably restored from a backup.`,
    });
  }
}
