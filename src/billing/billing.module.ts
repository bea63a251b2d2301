import { Module } from '@nestjs/common';
import { BillingController } from './billing.controller.js';

/** What storage comes to, over HTTP. */
@Module({ controllers: [BillingController] })
export class BillingModule {}
