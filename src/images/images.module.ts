import { Module } from '@nestjs/common';
import { DeploymentsController } from './deployments.controller.js';
import { ImagesController } from './images.controller.js';
import { PendingSharesController } from './pending-shares.controller.js';
import { SharesController } from './shares.controller.js';

/** Changing images and sharing them, over HTTP. */
@Module({ controllers: [ImagesController, SharesController, PendingSharesController, DeploymentsController] })
export class ImagesModule {}
