import { Module } from '@nestjs/common';
import { ProjectionsController } from './projections.controller.js';

/** Steering the service, over HTTP. */
@Module({ controllers: [ProjectionsController] })
export class OperationsModule {}
