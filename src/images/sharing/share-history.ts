import type { EventReader } from '../../event-sourcing/event-store.js';
import { imageCodec } from '../domain/image.codec.js';

const pageSize = 500;

/** Whether this share ended because the target's slot was taken. Reads the owner's stream backwards. */
export async function wasTakenBack(events: EventReader, stream: string, shareId: string): Promise<boolean> {
  let from: bigint | undefined;
  for (;;) {
    const page = await events.readStream(stream, {
      direction: 'backwards',
      limit: pageSize,
      ...(from !== undefined && { from }),
    });
    for (const recorded of page) {
      const event = imageCodec.decode(recorded);
      if (event?.type === 'ImageUnshared' && event.data.shareId === shareId) return event.data.reason === 'name-taken';
      if (event?.type === 'ImageShared' && event.data.shareId === shareId) return false;
    }
    const last = page.at(-1);
    if (last === undefined || last.revision === 0n) return false;
    from = last.revision - 1n;
  }
}
