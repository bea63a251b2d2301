import type { Position } from '../../event-sourcing/position.js';
import type { CheckpointStep } from './sqlite.checkpoint.js';
import type { StatementRuns } from './sqlite.statements.js';

/** To the thread that writes many rows at once. A commit is a `begin`, its statements, and the `commit`. */
export type BulkRequest =
  | { readonly kind: 'begin' }
  | { readonly kind: 'statement'; readonly runs: StatementRuns }
  | { readonly kind: 'commit'; readonly step: CheckpointStep }
  | { readonly kind: 'close' };

/** The answer to a `commit`. Errors lose their class on the way, so they go as what they say. */
export type BulkAnswer =
  | { readonly kind: 'committed' }
  | { readonly kind: 'checkpoint-moved'; readonly actual: Position | undefined }
  | { readonly kind: 'sqlite-fault'; readonly code: string; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string }
  /** Said in the thread's place when it has ended: the outcome is not known. */
  | { readonly kind: 'thread-gone'; readonly message: string };
