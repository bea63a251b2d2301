import type { EventReader } from '../../event-sourcing/event-store.js';
import type { DeploymentMoves } from '../deployments/deployment-moves.js';
import type { SharingSteps } from '../sharing/sharing-steps.js';
import type { SharingDirectory } from '../sharing-directory.js';
import { CleanupImagesHandler } from './cleanup-images.handler.js';
import type { UnusedImageFinder } from './cleanup-images.handler.js';
import { DeploymentHandlers } from './deployment.handlers.js';
import type { DeploymentFinder } from './deployment.handlers.js';
import type { EarlierCommands } from './earlier-commands.js';
import type { SlotExecutor } from './image-handler.js';
import { OwnImageHandlers } from './own-image.handlers.js';
import { ShareImageHandler } from './share-image.handler.js';
import type { ShareImageOptions } from './share-image.handler.js';
import { ShareRequestHandlers } from './share-requests.handler.js';
import type { ShareRequestFinder } from './share-requests.handler.js';
import { UnshareImageHandler } from './unshare-image.handler.js';

export interface ImageHandlerParts {
  readonly slots: SlotExecutor;
  readonly steps: SharingSteps;
  readonly moves: DeploymentMoves;
  readonly events: EventReader;
  readonly directory: SharingDirectory;
  readonly requests: ShareRequestFinder;
  readonly deployments: DeploymentFinder;
  readonly unused: UnusedImageFinder;
  readonly earlier: EarlierCommands;
  readonly options: ShareImageOptions;
}

/** Every way to change something of an image. */
export class ImageHandlers {
  readonly own: OwnImageHandlers;
  readonly share: ShareImageHandler;
  readonly unshare: UnshareImageHandler;
  readonly requests: ShareRequestHandlers;
  readonly deployments: DeploymentHandlers;
  readonly cleanup: CleanupImagesHandler;

  constructor(parts: ImageHandlerParts) {
    const { slots, steps, moves, events, directory, requests, deployments, unused, earlier, options } = parts;
    this.own = new OwnImageHandlers(slots, directory);
    this.share = new ShareImageHandler(slots, steps, directory, events, earlier, options);
    this.unshare = new UnshareImageHandler(slots, steps, directory);
    this.requests = new ShareRequestHandlers(slots, steps, directory, events, requests, earlier);
    this.deployments = new DeploymentHandlers(slots, moves, directory, deployments, earlier);
    this.cleanup = new CleanupImagesHandler(slots, directory, unused, earlier);
  }
}
