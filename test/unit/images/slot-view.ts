import type { ImageState } from '../../../src/images/domain/image.state.js';

/** A state as plain values in a fixed order, so that two states compare whatever order their maps were filled in. */
export function viewOf(state: ImageState): unknown {
  switch (state.kind) {
    case 'empty':
      return { kind: state.kind };
    case 'shared-in': {
      const { kind, shareId, source, deployments } = state;
      return { kind, shareId, source, deployments: sorted(deployments) };
    }
    case 'owned': {
      const { kind, pushes, lastPushed, tags, shares, requests, shareTargets, deployments } = state;
      return {
        kind,
        pushes,
        lastPushed,
        tags: sorted(tags),
        shares: sorted(shares),
        requests: sorted(requests),
        shareTargets: sorted(shareTargets),
        deployments: sorted(deployments),
      };
    }
  }
}

function sorted<V>(entries: Iterable<[string, V]>): [string, V][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
