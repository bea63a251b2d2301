import type { ResourceType } from '../../vocabulary/names.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { DeploymentData, ImageInWorkspace, ShareParties, UnshareReason } from './image.events.js';

/** Every command names the slot it is for; `imageStream(command.data.slot)` is the stream to run it on. */
interface ForSlot {
  readonly slot: Slot;
}

/** What may be asked of a slot. Times are RFC 3339 and, like ids, made by the sender. */
export type ImageCommand =
  | { readonly type: 'RegisterImage'; readonly data: ForSlot & { readonly reference?: string } }
  | {
      readonly type: 'PushTag';
      readonly data: ForSlot & {
        readonly tag: string;
        readonly digest: string;
        /** Bytes of everything the digest refers to. */
        readonly size: number;
        readonly mediaType?: string;
        /** `os/architecture[/variant]`; empty when not known. */
        readonly platforms: readonly string[];
      };
    }
  | { readonly type: 'DeleteTag'; readonly data: ForSlot & { readonly tag: string } }
  | { readonly type: 'DeleteImage'; readonly data: ForSlot }
  /** Shares at once: with a workspace of the same account. */
  | { readonly type: 'ShareImage'; readonly data: ForSlot & ShareParties }
  /** Asks a workspace of another account to take the image. */
  | {
      readonly type: 'RequestShare';
      readonly data: ForSlot & ShareParties & { readonly expiresAt: string; readonly now: string };
    }
  /** Ends the share with a workspace, or withdraws the request to it. */
  | { readonly type: 'UnshareImage'; readonly data: ForSlot & { readonly target: string } }
  | { readonly type: 'AcceptShareRequest'; readonly data: ForSlot & { readonly shareId: string; readonly now: string } }
  | {
      readonly type: 'DeclineShareRequest';
      readonly data: ForSlot & { readonly shareId: string; readonly now: string };
    }
  /** Puts the expiry of a request on record. Sent by a process, not by people. */
  | { readonly type: 'ExpireShareRequest'; readonly data: ForSlot & { readonly shareId: string; readonly now: string } }
  /** Takes a share back because the target's slot was taken. Sent by the sharing process. */
  | { readonly type: 'CompensateShare'; readonly data: ForSlot & { readonly shareId: string } }
  /** Puts an image shared by another workspace into this slot. Sent by the sharing process. */
  | {
      readonly type: 'ReceiveSharedImage';
      readonly data: ForSlot & { readonly shareId: string; /** The workspace that owns it. */ readonly source: string };
    }
  /** Takes an image shared in out of this slot, with everything deployed from it. Sent by the sharing process. */
  | {
      readonly type: 'RevokeSharedImage';
      readonly data: ForSlot & { readonly shareId: string; readonly reason: UnshareReason };
    }
  /** Says that this workspace runs something from the image. */
  | {
      readonly type: 'RecordDeployment';
      readonly data: ForSlot &
        DeploymentData & {
          /** The image of this workspace it runs from until now, when that is another one. */
          readonly movedFrom?: ImageInWorkspace;
        };
    }
  | {
      readonly type: 'RetireDeployment';
      readonly data: ForSlot & { readonly kind: ResourceType; readonly deployment: string };
    };

/** The command of one type. */
export type ImageCommandOf<T extends ImageCommand['type']> = Extract<ImageCommand, { type: T }>;
