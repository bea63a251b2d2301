import type { MakeHolderTask } from '../event-sourcing/holder-task.js';
import type { ProjectionStore } from '../event-sourcing/projection-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { SubscriberSurroundings } from '../event-sourcing/subscriber-surroundings.js';
import type { PostgresSettings } from '../read-model/postgres/postgres.settings.js';
import type { LeaseHolder } from './lease.js';
import type { Statements } from './orders.js';

/** What happens in the cluster, for whoever keeps the log. */
export type ClusterReport =
  | { readonly kind: 'term-begun'; readonly term: number }
  | { readonly kind: 'term-ended'; readonly term: number; readonly reason: string }
  | { readonly kind: 'trouble'; readonly fault: unknown };

export interface ClusterParts extends Omit<SubscriberSurroundings, 'store'> {
  readonly settings: PostgresSettings;
  readonly database: Statements;
  /** The generations, for looking at them and beginning. */
  readonly store: ProjectionStore;
  /** The generations, to be written to in a term. */
  readonly inTerm: (term: number) => ProjectionStore & { beginTerm(): Promise<void> };
  readonly projections: readonly Projection[];
  readonly tasks: readonly MakeHolderTask[];
  readonly holder: LeaseHolder;
  readonly tell: (report: ClusterReport) => void;
  /** What was in memory about who may do what is not to be relied on for now, or is again. */
  readonly doubted: () => void;
}

/** Who runs the subscribers. */
export interface ClusterStatus {
  /** This node. */
  readonly node: string;
  /** The node that holds the lease; `undefined` while none does. */
  readonly holder: string | undefined;
  readonly holds: boolean;
  /** See `ClusterSubscribers.fresh`. */
  readonly fresh: boolean;
}
