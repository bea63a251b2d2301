import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { CommandAnswer } from '../command-bus/command-definition.js';
import type { Position } from '../event-sourcing/position.js';
import type { ImageQueries } from '../catalog/queries/image.queries.js';
import type { Rendered } from '../catalog/view/rendered-image.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal } from '../http/refusal.js';
import type { Slot } from '../vocabulary/slot.js';
import { slotLabel } from '../vocabulary/slot.js';

export type Done = Exclude<CommandAnswer, { kind: 'rejected' }>;

/** Turns outcomes of commands into the answers of the management API: waits until the change is visible, then shows it. */
@Injectable()
export class ImageAnswers {
  constructor(
    private readonly images: ImageQueries,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  /** The outcome, visible by now to every reader. @throws Refusal for a rejection */
  async visible<O extends CommandAnswer>(reply: FastifyReply, outcome: O): Promise<Exclude<O, { kind: 'rejected' }>> {
    const done = accepted(outcome);
    await this.passed(reply, done.position);
    return done;
  }

  /** Waits until everything up to the position is visible, and tells the position. */
  async passed(reply: FastifyReply, position: Position | undefined): Promise<void> {
    await this.readYourWrites.passed(position);
    if (position !== undefined) void reply.header('x-tagalong-position', position);
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

/** The outcome when it is not a rejection. @throws Refusal */
export function accepted<O extends CommandAnswer>(outcome: O): Exclude<O, { kind: 'rejected' }> {
  if (outcome.kind === 'rejected') throw new Refusal(outcome.rejection);
  return outcome as Exclude<O, { kind: 'rejected' }>;
}

export function imageNotFound(slot: Slot): Refusal {
  return new Refusal({
    code: 'image-not-found',
    category: 'not-found',
    message: `There is no image ${slotLabel(slot)}.`,
  });
}
