import type { ResourceType } from '../../vocabulary/names.js';

/** Why a share ended. */
export type UnshareReason = 'requested' | 'name-taken';

/** The facts of one slot. Which slot is said by the stream. */
export type ImageEvent =
  /** The workspace now owns an image of this name. */
  | { readonly type: 'ImageRegistered'; readonly data: { readonly reference?: string } }
  | {
      readonly type: 'TagPushed';
      readonly data: {
        readonly tag: string;
        readonly digest: string;
        /** Bytes of everything the digest refers to: config and layers, of every platform of an index. */
        readonly size: number;
        readonly mediaType?: string;
        /** `os/architecture[/variant]`; empty when not known. */
        readonly platforms: readonly string[];
        /** The digest this tag pointed at before. */
        readonly replaces?: string;
      };
    }
  | { readonly type: 'TagDeleted'; readonly data: { readonly tag: string; readonly digest: string } }
  | { readonly type: 'ImageDeleted'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'ImageShared'; readonly data: ShareParties }
  | { readonly type: 'ImageUnshared'; readonly data: ShareParties & { readonly reason: UnshareReason } }
  | { readonly type: 'ShareRequested'; readonly data: ShareParties & { /** RFC 3339 */ readonly expiresAt: string } }
  | { readonly type: 'ShareRequestDeclined'; readonly data: ShareParties }
  | { readonly type: 'ShareRequestExpired'; readonly data: ShareParties }
  | { readonly type: 'ShareRequestWithdrawn'; readonly data: ShareParties }
  | { readonly type: 'SharedImageReceived'; readonly data: { readonly shareId: string; readonly source: string } }
  | {
      readonly type: 'SharedImageRevoked';
      readonly data: { readonly shareId: string; readonly source: string; readonly reason: UnshareReason };
    }
  | {
      readonly type: 'ImageDeployed';
      readonly data: DeploymentData & {
        /** The image of this workspace it ran from until now, when that was another one. */
        readonly movedFrom?: ImageInWorkspace;
      };
    }
  | {
      readonly type: 'DeploymentRetired';
      readonly data: { readonly kind: ResourceType; readonly deployment: string };
    };

/** The source is the slot itself. */
export interface ShareParties {
  readonly shareId: string;
  /** The workspace the image is shared with. */
  readonly target: string;
  readonly targetAccountId: string;
}

/** An image, when the workspace goes without saying. */
export interface ImageInWorkspace {
  readonly resourceType: ResourceType;
  readonly name: string;
}

export interface DeploymentData {
  readonly kind: ResourceType;
  /** Name of the deployment, unique per kind in its workspace. */
  readonly deployment: string;
  /** The tag it was deployed by, when it was not by digest. */
  readonly tag?: string;
  /** What it is pinned to. */
  readonly digest: string;
}
