import { Module } from '@nestjs/common';
import { CatalogFeed } from './catalog-feed.js';
import { FeedConnections } from './feed-connections.js';
import { FeedController } from './feed.controller.js';
import { StandingAccess } from './standing-access.js';

/** Following a catalog, over HTTP. */
@Module({
  controllers: [FeedController],
  providers: [
    {
      provide: FeedConnections,
      inject: [CatalogFeed, StandingAccess],
      useFactory: (feed: CatalogFeed, access: StandingAccess) => new FeedConnections(feed, access),
    },
  ],
})
export class FeedModule {}
