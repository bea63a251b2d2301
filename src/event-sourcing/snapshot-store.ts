import type { Json } from './json.js';

/** Folded states kept aside, so that a cold stream need not be read from its beginning. Disposable. */
export interface SnapshotStore {
  /** The newest state kept for this stream by code of this version. */
  load(stream: string, version: string): Promise<{ readonly revision: bigint; readonly state: Json } | undefined>;
  save(stream: string, version: string, revision: bigint, state: Json): Promise<void>;
}
