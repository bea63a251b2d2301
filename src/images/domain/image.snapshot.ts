import { Map as ImmutableMap } from 'immutable';
import { z } from 'zod';
import type { JsonObject } from '../../event-sourcing/json.js';
import { resourceTypes } from '../../vocabulary/names.js';
import type { DeploymentData } from './image.events.js';
import { deploymentKey, emptySlot } from './image.state.js';
import type { ImageState, OwnedImage, SharedInImage } from './image.state.js';

/** Raised whenever the shape of the state or the meaning of its fold changes; older snapshots are then ignored. */
export const snapshotVersion = 1;

const deploymentRow = z.tuple([z.enum(resourceTypes), z.string(), z.string(), z.string().nullable()]);

const stored = z.discriminatedUnion('kind', [
  z.strictObject({ version: z.literal(snapshotVersion), kind: z.literal('empty') }),
  z.strictObject({
    version: z.literal(snapshotVersion),
    kind: z.literal('owned'),
    pushes: z.int().nonnegative(),
    lastPushed: z.string().nullable(),
    /** tag, digest, push */
    tags: z.array(z.tuple([z.string(), z.string(), z.int().positive()])),
    /** target, share id, target account id */
    shares: z.array(z.tuple([z.string(), z.string(), z.string()])),
    /** target, share id, target account id, expiry */
    requests: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])),
    /** kind, name, digest, tag */
    deployments: z.array(deploymentRow),
  }),
  z.strictObject({
    version: z.literal(snapshotVersion),
    kind: z.literal('shared-in'),
    shareId: z.string(),
    source: z.string(),
    deployments: z.array(deploymentRow),
  }),
]);

type Stored = z.infer<typeof stored>;
type StoredOwned = Extract<Stored, { kind: 'owned' }>;

/** The compact form of a state, without what can be worked out again. */
export function serializeState(state: ImageState): JsonObject {
  const version = snapshotVersion;
  switch (state.kind) {
    case 'empty':
      return { version, kind: 'empty' } satisfies Stored;
    case 'shared-in':
      return {
        version,
        kind: 'shared-in',
        shareId: state.shareId,
        source: state.source,
        deployments: deploymentRows(state),
      } satisfies Stored;
    case 'owned':
      return {
        version,
        kind: 'owned',
        pushes: state.pushes,
        lastPushed: state.lastPushed ?? null,
        tags: Array.from(state.tags, ([tag, { digest, push }]) => [tag, digest, push]),
        shares: Array.from(state.shares.values(), (share) => [share.target, share.shareId, share.targetAccountId]),
        requests: Array.from(state.requests.values(), (request) => [
          request.target,
          request.shareId,
          request.targetAccountId,
          request.expiresAt,
        ]),
        deployments: deploymentRows(state),
      } satisfies Stored;
  }
}

/**
 * The state that was serialized.
 *
 * @throws ZodError when this is not the form of {@link snapshotVersion}
 */
export function deserializeState(json: unknown): ImageState {
  const snapshot = stored.parse(json);
  switch (snapshot.kind) {
    case 'empty':
      return emptySlot;
    case 'owned':
      return ownedImage(snapshot);
    case 'shared-in': {
      const { kind, shareId, source } = snapshot;
      return { kind, shareId, source, deployments: deploymentsFrom(snapshot) };
    }
  }
}

function ownedImage(snapshot: StoredOwned): OwnedImage {
  const { kind, pushes, lastPushed, tags, shares, requests } = snapshot;
  return {
    kind,
    tags: ImmutableMap(tags.map(([tag, digest, push]) => [tag, { digest, push }])),
    pushes,
    lastPushed: lastPushed ?? undefined,
    shares: ImmutableMap(
      shares.map(([target, shareId, targetAccountId]) => [target, { shareId, target, targetAccountId }]),
    ),
    requests: ImmutableMap(
      requests.map(([target, shareId, targetAccountId, expiresAt]) => [
        target,
        { shareId, target, targetAccountId, expiresAt },
      ]),
    ),
    shareTargets: ImmutableMap([...shares, ...requests].map(([target, shareId]) => [shareId, target])),
    deployments: deploymentsFrom(snapshot),
  };
}

function deploymentRows(state: OwnedImage | SharedInImage): z.infer<typeof deploymentRow>[] {
  return Array.from(state.deployments.values(), ({ kind, deployment, digest, tag }) => [
    kind,
    deployment,
    digest,
    tag ?? null,
  ]);
}

function deploymentsFrom(snapshot: Exclude<Stored, { kind: 'empty' }>): ImmutableMap<string, DeploymentData> {
  return ImmutableMap(
    snapshot.deployments.map(([kind, deployment, digest, tag]): [string, DeploymentData] => [
      deploymentKey(kind, deployment),
      { kind, deployment, ...(tag !== null && { tag }), digest },
    ]),
  );
}
