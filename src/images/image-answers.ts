import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import type { ImageQueries } from '../catalog/queries/image.queries.js';
import type { Rendered } from '../catalog/view/rendered-image.js';
import type { DeploymentView } from '../catalog/view/deployment.view.js';
import type { Position } from '../event-sourcing/position.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal } from '../http/refusal.js';
import type { Slot } from '../vocabulary/slot.js';
import { slotLabel } from '../vocabulary/slot.js';
import type { EarlierViews, NamedDeployment } from './earlier-views.js';

/** Turns outcomes of commands into the answers of the management API: waits until the change is visible, then shows it. */
@Injectable()
export class ImageAnswers extends CommandAnswers {
  constructor(
    private readonly images: ImageQueries,
    private readonly earlier: EarlierViews,
    readYourWrites: ReadYourWrites,
  ) {
    super(readYourWrites);
  }

  /**
   * Sends an image as its workspace sees it now, or, when it is not there any more, as it saw it when the command ran.
   *
   * @throws Refusal when it was not there either
   */
  async sendImage(reply: FastifyReply, slot: Slot, { position }: Ran): Promise<void> {
    const now = await this.images.get(slot);
    const seen = now ?? (position === undefined ? undefined : await this.earlier.imageAt(slot, position));
    send(reply, slot, seen);
  }

  /** Sends an image as it was before the command that deleted it. */
  async sendDeleted(reply: FastifyReply, slot: Slot, { revision }: Ran): Promise<void> {
    send(reply, slot, revision === undefined ? undefined : await this.earlier.imageBefore(slot, revision));
  }

  /** A deployment as it was before the command that ended it; `undefined` when the record does not say. */
  deploymentBefore({ stream, revision }: Ran, wanted: NamedDeployment): Promise<DeploymentView | undefined> {
    return revision === undefined
      ? Promise.resolve(undefined)
      : this.earlier.deploymentBefore(stream, revision, wanted);
  }
}

/** Where a command ended. */
interface Ran {
  readonly stream: string;
  readonly revision: bigint | undefined;
  readonly position: Position | undefined;
}

function send(reply: FastifyReply, slot: Slot, rendered: Rendered | undefined): void {
  if (rendered === undefined) throw imageNotFound(slot);
  void reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('etag', rendered.etag)
    .send(rendered.body);
}

export function imageNotFound(slot: Slot): Refusal {
  return new Refusal({
    code: 'image-not-found',
    category: 'not-found',
    message: `There is no image ${slotLabel(slot)}.`,
  });
}
