import type { Logger } from 'pino';
import type { CatalogFeed } from '../catalog/feed/catalog-feed.js';
import { StandingAccess } from '../catalog/feed/standing-access.js';
import { CatalogAnswers } from '../catalog/catalog-answers.js';
import { catalogQueryDefinitions } from '../catalog/questions/catalog-query-definitions.js';
import { CatalogReader } from '../catalog/catalog-reader.js';
import { catalogProjection } from '../catalog/catalog.projection.js';
import { catalogQueries } from '../catalog/catalog.queries.js';
import type { CatalogQueries } from '../catalog/catalog.queries.js';
import type { BrokerLink } from '../command-bus/broker/broker-answer.js';
import { QueryBus } from '../command-bus/queries/query-bus.js';
import { CommandBus } from '../command-bus/command-bus.js';
import { commandLogProjection } from '../command-bus/command-log.projection.js';
import { ProjectedCommandLog } from '../command-bus/projected.command-log.js';
import type { WaitUntilPassed } from '../command-bus/projected.command-log.js';
import type { Config } from '../config/config.js';
import type { CommandLog } from '../event-sourcing/command-log.js';
import { eventsOutName } from '../events-out/events-out.projection.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import { GivenPositions } from '../http/given-positions.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import type { Serving } from '../http/serving.js';
import { imageCommandDefinitions } from '../images/commands/image-command-definitions.js';
import { imageAggregate } from '../images/domain/image.aggregate.js';
import type { SlotExecutor } from '../images/handlers/image-handler.js';
import type { ImageHandlers } from '../images/handlers/image-handlers.js';
import { DeploymentMoves } from '../images/deployments/deployment-moves.js';
import { ShareRequestExpiry } from '../images/sharing/share-request-expiry.js';
import { SharingSteps } from '../images/sharing/sharing-steps.js';
import { slotProcess } from '../images/slot.process.js';
import { accessCommandDefinitions } from '../workspaces/commands/access-command-definitions.js';
import { accessProjection, changesAccess } from '../workspaces/access.projection.js';
import { Authenticator } from '../workspaces/authentication/authenticator.js';
import { OidcVerifier } from '../workspaces/authentication/oidc.js';
import { loadOperatorKey } from '../workspaces/authentication/operator-key.js';
import type { LoadedOperatorKey } from '../workspaces/authentication/operator-key.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import { principalName } from '../workspaces/authorization/principal.js';
import { SqlAccessDirectory } from '../workspaces/authorization/sql.access-directory.js';
import { webhookCommandDefinitions } from '../webhooks/commands/webhook-command-definitions.js';
import { webhookAggregate } from '../webhooks/domain/webhook.aggregate.js';
import type { AccessHandlers } from '../workspaces/handlers/access-handlers.js';
import type { ImageCounter } from '../workspaces/image-counter.js';
import { commandExecutors } from './command-executors.js';
import { createHandlers } from './handlers.js';
import { createWebhooks } from './webhooks.js';
import type { Webhooks } from './webhooks.js';
import { brokerLink } from './broker-link.js';
import { createEventsOut } from './events-out.js';
import { createCatalogFeed } from './catalog-feed.js';
import type { Stores } from './open-stores.js';
import { readModelProjections } from './projections.js';
import { makeSubscribers } from './run-subscribers.js';
import type { RunningSubscribers } from './run-subscribers.js';
import { servingFrom } from './serving.js';
import { machine } from './surroundings.js';
import type { Surroundings } from './surroundings.js';
import { timeText } from './system-clock.js';
import { waitingFor } from './waiting-for.js';

/** The whole service without its doors. Everything here is free of Nest. */
export interface Tagalong {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly projections: Subscribers;
  /** Absent where the service is one process. */
  readonly cluster: RunningSubscribers['cluster'];
  readonly directory: AccessDirectory;
  readonly authenticator: Authenticator;
  readonly operatorKey: LoadedOperatorKey;
  readonly images: ImageHandlers;
  readonly access: AccessHandlers;
  readonly imageCounter: ImageCounter;
  readonly catalog: CatalogQueries;
  readonly catalogReader: CatalogReader;
  readonly catalogAnswers: CatalogAnswers;
  readonly feed: CatalogFeed;
  readonly standingAccess: StandingAccess;
  readonly webhooks: Webhooks;
  readonly bus: CommandBus;
  readonly queries: QueryBus;
  /** To the message broker, when there is one. */
  readonly link: BrokerLink | undefined;
  readonly readYourWrites: ReadYourWrites;
  readonly positions: GivenPositions;
  readonly serving: Serving;
  /** Finishes what was accepted, then releases the stores. */
  close(): Promise<void>;
}

const commandLogWaitMs = 5_000;
const catalogName = catalogProjection().name;

/**
 * Opens the stores, starts the subscribers and puts the parts together.
 *
 * @throws Error when the data directory cannot be used; the message says what to do
 */
export async function openTagalong(
  config: Config,
  logger: Logger,
  { clock, openStores }: Surroundings = machine,
): Promise<Tagalong> {
  let service: Tagalong | undefined;
  const stores = await openStores(config, {
    onConnectionLost: ({ message: reason }) => {
      logger.warn({ reason }, 'a connection to the read model broke; the next query takes another');
      service?.projections.recheck();
    },
  });
  try {
    service = await assemble(config, stores, clock, logger);
    return service;
  } catch (fault) {
    await stores.close();
    throw fault;
  }
}

async function assemble(config: Config, stores: Stores, clock: Clock, logger: Logger): Promise<Tagalong> {
  const { events, readModel } = stores;
  const now = (): string => timeText(clock);
  const operatorKey = await loadOperatorKey(config.operatorKey, stores.secrets);
  const directory = new SqlAccessDirectory(readModel.queries, { trusted: () => fresh() });
  const catalog = catalogQueries(readModel, readModel, config.registryHost, () =>
    fresh() ? projections.get(catalogName).checkpoint : undefined,
  );

  const commandLogPassed: WaitUntilPassed = (position) =>
    projections.get(commandLogProjection.name).waitFor(position, { timeoutMs: commandLogWaitMs });
  const commandLog: CommandLog = new ProjectedCommandLog(readModel.queries, commandLogPassed);
  const executorFor = commandExecutors(stores, commandLog, logger);
  const slots: SlotExecutor = executorFor(imageAggregate);
  const sharing = new SharingSteps(slots);
  const moves = new DeploymentMoves(slots, events);

  const eventsOut = createEventsOut(config, () => projections.get(eventsOutName).checkpoint, logger);
  const {
    subscribers: projections,
    fresh,
    cluster,
  } = makeSubscribers({
    config,
    stores,
    clock,
    logger,
    projections: [
      ...readModelProjections(),
      slotProcess({ sharing, moves, now }),
      ...(eventsOut === undefined ? [] : [eventsOut.projection]),
    ],
    tasks: [
      () =>
        new ShareRequestExpiry({
          slots,
          finder: catalog.shares,
          clock,
          onFault: (err) => {
            logger.warn({ err }, 'expired share requests could not be recorded; the next round tries again');
          },
        }),
      () => webhooks.deliveries,
    ],
    doubted: () => {
      standingAccess.changed();
    },
  });
  projections.get(accessProjection.name).onCommitted(({ events: committed, changed }) => {
    if (changed === 'nothing' || (committed !== undefined && !changesAccess(committed))) return;
    directory.invalidate();
    standingAccess.changed();
  });
  projections.get(catalogName).onCommitted(({ events: committed, changed }) => {
    // Rows may have been built anew under the same positions.
    if (committed === undefined && changed === undefined) catalog.images.forget();
  });

  const positions = new GivenPositions(events, (text) => events.isPosition(text));
  const readYourWrites = waitingFor(projections, events, positions, config.readYourWritesMs);
  const { images, access, imageCounter } = createHandlers({
    ...{ stores, catalog, directory, readYourWrites, executorFor, commandLog, commandLogPassed, slots, sharing, moves },
    requestDays: config.shareRequestDays,
    now,
  });

  const authenticator = new Authenticator({
    operatorKey: operatorKey.key,
    directory,
    ...(config.oidc !== undefined && { oidc: new OidcVerifier(config.oidc) }),
    now: () => clock.now(),
    welcome: (user) =>
      access.invitations.welcome(user, now()).catch((err: unknown) => {
        logger.warn(
          { err, principal: principalName(user) },
          'invitations could not be accepted; the next request tries again',
        );
      }),
  });
  const standingAccess = new StandingAccess(authenticator, directory);
  const feed = createCatalogFeed(stores, projections, directory, positions, clock);

  const webhooks = await createWebhooks({
    config,
    readModel,
    secrets: stores.secrets,
    executor: executorFor(webhookAggregate),
    commandLog,
    projections,
    directory,
    readYourWrites,
    feed,
    clock,
    logger,
  });
  const catalogReader = new CatalogReader(catalog.images, catalog.history, readYourWrites, positions);
  const { resolve: resolving, usage, shares, deployments } = catalog;
  const catalogAnswers = new CatalogAnswers({
    ...{ reader: catalogReader, resolving, usage, shares, deployments, readYourWrites, directory },
    now: () => clock.now(),
  });

  const serving = servingFrom(await events.head(), projections);
  const end = async (): Promise<void> => {
    await projections.stop();
    await feed.close();
    await eventsOut?.close();
  };
  eventsOut?.start();
  try {
    await projections.start();
  } catch (fault) {
    await end();
    throw fault;
  }
  return {
    config,
    logger,
    clock,
    stores,
    projections,
    cluster,
    directory,
    operatorKey,
    authenticator,
    images,
    access,
    imageCounter,
    catalog,
    catalogReader,
    catalogAnswers,
    feed,
    standingAccess,
    webhooks,
    bus: new CommandBus(
      [
        ...imageCommandDefinitions(images),
        ...accessCommandDefinitions(access),
        ...webhookCommandDefinitions(webhooks.handlers),
      ],
      readYourWrites,
    ),
    queries: new QueryBus(catalogQueryDefinitions(catalogAnswers), directory),
    link: brokerLink(config, logger),
    readYourWrites,
    positions,
    serving,
    async close() {
      await end();
      await stores.close();
    },
  };
}
