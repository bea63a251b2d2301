/** The fixed tables of a read model, beside those of its projections. */
export interface ReadModelSchema {
  readonly read_model: { readonly key: string; readonly value: string };
  readonly generations: {
    readonly projection: string;
    readonly number: number;
    readonly version: number;
    /** JSON: the table specifications it was created from. */
    readonly tables: string;
    readonly state: 'live' | 'building';
    readonly checkpoint: string | null;
    readonly events: number;
    readonly complete: number;
  };
  readonly snapshots: {
    readonly stream: string;
    readonly version: string;
    readonly revision: number;
    readonly state: string;
  };
  /** How far the deliveries of each webhook have come. */
  readonly webhook_cursors: {
    readonly webhook_id: string;
    /** Everything up to here is delivered, given up, or on its way as a pending delivery. */
    readonly position: string;
    /** Milliseconds since 1970: since when no attempt has succeeded. */
    readonly failing_since: number | null;
  };
  /** The latest deliveries of each webhook. */
  readonly webhook_deliveries: {
    readonly webhook_id: string;
    readonly delivery_id: string;
    /** Counts the deliveries of a webhook. */
    readonly number: number;
    readonly type: string;
    readonly state: 'pending' | 'delivered' | 'failed';
    /** What is sent, byte for byte. */
    readonly body: string;
    /** JSON: the latest attempts. */
    readonly attempts: string;
    /** Milliseconds since 1970. */
    readonly next_attempt_at: number | null;
    /** Milliseconds since 1970. */
    readonly created_at: number;
  };
}
