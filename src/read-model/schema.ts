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
}
