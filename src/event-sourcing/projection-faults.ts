import { StoreUnavailableError, TooMuchContentionError } from './faults.js';
import { CheckpointMovedError, ReadModelDamagedError, TermEndedError } from './projection-store.js';

/** True for a fault that passes by itself: the work can be done again in a moment. */
export function isPassing(fault: unknown): fault is Error {
  return (
    fault instanceof StoreUnavailableError ||
    fault instanceof TooMuchContentionError ||
    (fault instanceof CheckpointMovedError && fault.lost)
  );
}

/** True for a fault that no event can be to blame for, whichever was in hand. */
export function isOfTheReadModel(fault: unknown): boolean {
  return (
    fault instanceof CheckpointMovedError || fault instanceof ReadModelDamagedError || fault instanceof TermEndedError
  );
}
