import type { Slot } from '../vocabulary/slot.js';
import type { ImageRow, TagRow } from './catalog.tables.js';
import type { ImageEventData, SlotEvent } from './slot-event.js';

/** The row of a slot that has just been filled. */
export function filledSlot(slot: Slot, { at, position }: SlotEvent, origin: ImageOrigin): ImageRow {
  return {
    workspace: slot.workspace,
    resource_type: slot.resourceType,
    name: slot.name,
    source_workspace: origin.source_workspace,
    share_id: origin.share_id,
    reference: origin.reference,
    created_at: at,
    updated_at: at,
    last_deployed_at: null,
    latest_tag: null,
    changed_position: position,
  };
}

/** Where an image came from. */
export type ImageOrigin = Pick<ImageRow, 'source_workspace' | 'share_id' | 'reference'>;

export function registeredHere(data: ImageEventData<'ImageRegistered'>): ImageOrigin {
  return { source_workspace: null, share_id: null, reference: data.reference ?? null };
}

export function sharedIn(data: ImageEventData<'SharedImageReceived'>): ImageOrigin {
  return { source_workspace: data.source, share_id: data.shareId, reference: null };
}

/** The row of a tag after a push; `before` is the row it had, if it had one. */
export function pushedTag(
  slot: string,
  { at, by, position }: SlotEvent,
  data: ImageEventData<'TagPushed'>,
  before: TagRow | undefined,
): TagRow {
  return {
    slot,
    tag: data.tag,
    digest: data.digest,
    size: data.size,
    media_type: data.mediaType ?? null,
    platforms: data.platforms.length === 0 ? '[]' : JSON.stringify(data.platforms),
    created_at: before?.created_at ?? at,
    updated_at: at,
    pushed_by: by,
    position,
    previous_digest: data.replaces ?? null,
  };
}
