import type { Metadata, ServiceError } from '@grpc/grpc-js';
import type { AccessControl } from './access.js';
import type { AllSubscription } from './all-subscription.js';
import type { AppendFates } from './append-fates.js';
import { accessDenied, notLeader, notReady, unauthenticated } from './failures.js';
import type { LogDatabase } from './log-database.js';

/** Where a node can be reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One node as gossip tells it. */
export interface Member {
  readonly instanceId: string;
  readonly endpoint: Endpoint;
  readonly leader: boolean;
  readonly alive: boolean;
}

/**
 * How a node takes writes: itself or through its leader (`serve`), not at all until there is a leader (`not-ready`), or
 * by handing them to a leader that does not answer (`silent`).
 */
export type WriteState = 'serve' | 'not-ready' | 'silent';

/** What the services of one node have to know of it. */
export interface NodeContext {
  readonly database: LogDatabase;
  readonly access: AccessControl;
  readonly fates: AppendFates;
  readonly subscriptions: Set<AllSubscription>;
  /** The calls that are open: reads, subscriptions, batched appends. */
  readonly calls: Set<object>;
  readonly liveBuffer: number;
  /** Whether reads are answered. */
  readonly ready: boolean;
  readonly writes: WriteState;
  /** The leader, where that is another node. */
  readonly otherLeader: Endpoint | undefined;
  readonly members: readonly Member[];
  /** Resets every connection. */
  dropConnections(): void;
}

/** Why a call cannot begin at all, whatever it asks. */
export function refusalOfCall(node: NodeContext, metadata: Metadata): ServiceError | undefined {
  if (node.access.callerOf(metadata) === 'unknown') return unauthenticated();
  const leaderOnly = metadata.get('requires-leader')[0]?.toString() === 'true';
  if (leaderOnly && node.otherLeader !== undefined) return notLeader(node.otherLeader);
  return undefined;
}

/** Why a read cannot begin. */
export function refusalOfRead(
  node: NodeContext,
  metadata: Metadata,
  scope: 'stream' | 'all',
): ServiceError | undefined {
  const refusal = refusalOfCall(node, metadata);
  if (refusal !== undefined) return refusal;
  if (!node.ready) return notReady();
  const caller = node.access.callerOf(metadata);
  const permitted = typeof caller === 'object' && (scope === 'stream' || caller.mayReadAll);
  return permitted ? undefined : accessDenied();
}
