import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import type { ImageQueries } from '../catalog/queries/image.queries.js';
import type { Rendered } from '../catalog/view/rendered-image.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal } from '../http/refusal.js';
import type { Slot } from '../vocabulary/slot.js';
import { slotLabel } from '../vocabulary/slot.js';

/** Turns outcomes of commands into the answers of the management API: waits until the change is visible, then shows it. */
@Injectable()
export class ImageAnswers extends CommandAnswers {
  constructor(
    private readonly images: ImageQueries,
    readYourWrites: ReadYourWrites,
  ) {
    super(readYourWrites);
  }

  /** An image as its workspace sees it now. */
  read(slot: Slot): Promise<Rendered | undefined> {
    return this.images.get(slot);
  }

  /** Sends an image that was read. @throws Refusal when it was not there */
  send(reply: FastifyReply, slot: Slot, rendered: Rendered | undefined): void {
    if (rendered === undefined) throw imageNotFound(slot);
    void reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('etag', rendered.etag)
      .send(rendered.body);
  }

  /** Sends an image as its workspace sees it now. @throws Refusal when it is not there */
  async sendImage(reply: FastifyReply, slot: Slot): Promise<void> {
    this.send(reply, slot, await this.read(slot));
  }
}

export function imageNotFound(slot: Slot): Refusal {
  return new Refusal({
    code: 'image-not-found',
    category: 'not-found',
    message: `There is no image ${slotLabel(slot)}.`,
  });
}
