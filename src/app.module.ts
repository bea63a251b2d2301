import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { BillingModule } from './billing/billing.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { FeedModule } from './catalog/feed/feed.module.js';
import { BrokerModule } from './command-bus/broker/broker.module.js';
import { CommandBusModule } from './command-bus/command-bus.module.js';
import { ServiceModule } from './composition/service.module.js';
import type { Tagalong } from './composition/tagalong.js';
import { HttpModule } from './http/http.module.js';
import { ImagesModule } from './images/images.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { WorkspacesModule } from './workspaces/workspaces.module.js';

/** Every door of the service. */
@Module({})
export class AppModule {
  static for(service: Tagalong): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ServiceModule.for(service),
        HttpModule,
        CatalogModule,
        FeedModule,
        ImagesModule,
        WorkspacesModule,
        WebhooksModule,
        CommandBusModule,
        ...(service.link === undefined ? [] : [BrokerModule]),
        AuditModule,
        BillingModule,
        OperationsModule,
      ],
    };
  }
}
