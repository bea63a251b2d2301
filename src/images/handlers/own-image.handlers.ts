import type { ImageCommandOf } from '../domain/image.commands.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest } from '../../command-bus/command-definition.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { decideOnSlot } from './image-handler.js';

/** Commands that concern one slot only, on the side of the owner. */
export class OwnImageHandlers {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly directory: SharingDirectory,
  ) {}

  /** For members. */
  register(data: ImageCommandOf<'RegisterImage'>['data'], request: CommandRequest): Promise<HandlerOutcome> {
    return decideOnSlot(this.slots, this.directory, request, 'member', { type: 'RegisterImage', data });
  }

  /** For members. Every workspace the image is shared with sees the tag at once. */
  pushTag(data: ImageCommandOf<'PushTag'>['data'], request: CommandRequest): Promise<HandlerOutcome> {
    return decideOnSlot(this.slots, this.directory, request, 'member', { type: 'PushTag', data });
  }

  /** For admins. */
  deleteTag(data: ImageCommandOf<'DeleteTag'>['data'], request: CommandRequest): Promise<HandlerOutcome> {
    return decideOnSlot(this.slots, this.directory, request, 'admin', { type: 'DeleteTag', data });
  }

  /** For admins. */
  deleteImage(data: ImageCommandOf<'DeleteImage'>['data'], request: CommandRequest): Promise<HandlerOutcome> {
    return decideOnSlot(this.slots, this.directory, request, 'admin', { type: 'DeleteImage', data });
  }
}
