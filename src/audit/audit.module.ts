import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';

/** The record of what happened, over HTTP. */
@Module({ controllers: [AuditController] })
export class AuditModule {}
