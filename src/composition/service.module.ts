import { Global, Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { CatalogFeed } from '../catalog/feed/catalog-feed.js';
import { StandingAccess } from '../catalog/feed/standing-access.js';
import { CatalogAnswers } from '../catalog/catalog-answers.js';
import { DeploymentQueries } from '../catalog/queries/deployment.queries.js';
import { ShareQueries } from '../catalog/queries/share.queries.js';
import { UsageQueries } from '../catalog/queries/usage.queries.js';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { CommandBus } from '../command-bus/command-bus.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { READINESS } from '../http/health.controller.js';
import { METRICS } from '../http/metrics.controller.js';
import { READ_YOUR_WRITES } from '../http/read-your-writes.js';
import { SERVING } from '../http/serving.js';
import { ImageHandlers } from '../images/handlers/image-handlers.js';
import { EarlierViews } from '../images/earlier-views.js';
import { ImageAnswers } from '../images/image-answers.js';
import { ManualDeliveries } from '../webhooks/deliveries/manual-deliveries.js';
import { WebhookHandlers } from '../webhooks/handlers/webhook-handlers.js';
import { WebhookReader } from '../webhooks/webhook-reader.js';
import { AccessHandlers } from '../workspaces/handlers/access-handlers.js';
import { IMAGE_COUNTER } from '../workspaces/image-counter.js';
import { brokerProviders } from './broker-providers.js';
import { createMetrics } from './metrics.js';
import { readinessOf } from './readiness.js';
import { recordProviders } from './record-providers.js';
import type { Tagalong } from './tagalong.js';

/** Hands the parts of the service to Nest's injection. */
@Global()
@Module({})
export class ServiceModule {
  static for(service: Tagalong): DynamicModule {
    const { images, catalog, bus, directory, readYourWrites } = service;
    const earlier = new EarlierViews(service.stores.events, service.catalogReader, service.config.registryHost);
    const providers: Provider[] = [
      { provide: ACCESS_DIRECTORY, useValue: directory },
      { provide: READ_YOUR_WRITES, useValue: readYourWrites },
      { provide: SERVING, useValue: service.serving },
      { provide: READINESS, useValue: readinessOf(service) },
      { provide: METRICS, useValue: createMetrics(service) },
      { provide: CommandBus, useValue: bus },
      { provide: CommandAnswers, useValue: new CommandAnswers(readYourWrites) },
      { provide: AccessHandlers, useValue: service.access },
      { provide: IMAGE_COUNTER, useValue: service.imageCounter },
      { provide: ImageHandlers, useValue: images },
      { provide: ImageAnswers, useValue: new ImageAnswers(catalog.images, earlier, readYourWrites) },
      { provide: CatalogAnswers, useValue: service.catalogAnswers },
      { provide: CatalogFeed, useValue: service.feed },
      { provide: StandingAccess, useValue: service.standingAccess },
      { provide: WebhookHandlers, useValue: service.webhooks.handlers },
      { provide: WebhookReader, useValue: service.webhooks.reader },
      { provide: ManualDeliveries, useValue: service.webhooks.manual },
      { provide: ShareQueries, useValue: catalog.shares },
      { provide: DeploymentQueries, useValue: catalog.deployments },
      { provide: UsageQueries, useValue: catalog.usage },
      ...brokerProviders(service),
      ...recordProviders(service),
    ];
    return { module: ServiceModule, providers, exports: providers };
  }
}
