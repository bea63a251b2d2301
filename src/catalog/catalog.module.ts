import { Module } from '@nestjs/common';
import { CatalogController } from './catalog.controller.js';

/** Reading the catalog, over HTTP. */
@Module({ controllers: [CatalogController] })
export class CatalogModule {}
