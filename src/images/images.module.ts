import { Module } from '@nestjs/common';
import { ImagesController } from './images.controller.js';
import { SharesController } from './shares.controller.js';

/** Changing images and sharing them, over HTTP. */
@Module({ controllers: [ImagesController, SharesController] })
export class ImagesModule {}
