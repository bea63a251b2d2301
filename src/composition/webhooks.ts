import type { Logger } from 'pino';
import type { CatalogFeed } from '../catalog/feed/catalog-feed.js';
import type { Config } from '../config/config.js';
import { packageVersion } from '../config/version.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { CommandExecutor } from '../event-sourcing/command-executor.js';
import type { CommandLog } from '../event-sourcing/command-log.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import type { ReadModel } from '../read-model/read-model.js';
import type { SecretPlaces } from '../service-secrets/secret-places.js';
import type { ServiceSecret } from '../service-secrets/service-secret.js';
import { loadServiceSecret } from '../service-secrets/service-secret.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { notYetVisible } from '../http/read-your-writes.js';
import { accessProjection } from '../workspaces/access.projection.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import { parseWorkspaceStream } from '../workspaces/domain/workspace.stream.js';
import { RepeatableCommands } from '../workspaces/handlers/repeatable-commands.js';
import { DeliveryLog } from '../webhooks/deliveries/delivery-log.js';
import { DeliverySlots } from '../webhooks/deliveries/delivery-slots.js';
import { ManualDeliveries } from '../webhooks/deliveries/manual-deliveries.js';
import { Messenger } from '../webhooks/deliveries/messenger.js';
import { WebhookDeliveries } from '../webhooks/deliveries/webhook-deliveries.js';
import type { WebhookCommand } from '../webhooks/domain/webhook.commands.js';
import type { DisablingReason, WebhookEvent } from '../webhooks/domain/webhook.events.js';
import type { WebhookRejection } from '../webhooks/domain/webhook.rejections.js';
import type { WebhooksState } from '../webhooks/domain/webhook.state.js';
import { WebhookHandlers } from '../webhooks/handlers/webhook-handlers.js';
import { AddressRules } from '../webhooks/sending/address-rules.js';
import { resolveHost } from '../webhooks/sending/host-addresses.js';
import { TargetCheck } from '../webhooks/sending/target-check.js';
import { WebhookSecrets } from '../webhooks/sending/webhook-secrets.js';
import { WebhookSender } from '../webhooks/sending/webhook-sender.js';
import { WebhookDirectory } from '../webhooks/webhook-directory.js';
import type { WebhookView } from '../webhooks/webhook-directory.js';
import { WebhookReader } from '../webhooks/webhook-reader.js';
import { changesIn, webhooksProjection } from '../webhooks/webhooks.projection.js';
import { indexedBy } from './catalog-feed.js';
import type { ReadModelSchema } from './projections.js';
import { timeText } from './system-clock.js';

export interface WebhookSurroundings {
  readonly config: Config;
  readonly readModel: ReadModel<ReadModelSchema>;
  readonly secrets: SecretPlaces;
  readonly executor: CommandExecutor<WebhookCommand, WebhookEvent, WebhooksState, WebhookRejection>;
  readonly commandLog: CommandLog;
  readonly projections: Subscribers;
  readonly directory: AccessDirectory;
  readonly readYourWrites: ReadYourWrites;
  readonly feed: CatalogFeed;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Everything about webhooks. */
export interface Webhooks {
  readonly handlers: WebhookHandlers;
  readonly reader: WebhookReader;
  readonly manual: ManualDeliveries;
  /** To be started where the subscribers run, after them. */
  readonly deliveries: WebhookDeliveries;
  /** How many attempts this process has made, by what came of them. */
  attempts(): ReadonlyMap<string, number>;
}

/** Puts the parts of webhooks together. @throws Error when the secret of the service cannot be used */
export async function createWebhooks(around: WebhookSurroundings): Promise<Webhooks> {
  const { config, readModel, projections, directory, readYourWrites, clock } = around;
  const { webhooks: settings } = config;
  const secrets = new WebhookSecrets(await webhookSecret(around));
  const rules = new AddressRules(settings.privateAddresses);
  const sender = new WebhookSender({
    rules,
    resolve: resolveHost,
    timeoutMs: settings.timeoutMs,
    userAgent: `tagalong/${packageVersion()}`,
    now: () => clock.now(),
  });
  const log = new DeliveryLog(readModel);
  const messenger = new Messenger({ sender, secrets, slots: new DeliverySlots(), clock });
  const found = new WebhookDirectory(readModel.queries);
  const handlers = new WebhookHandlers(
    new RepeatableCommands(around.executor, around.commandLog, async (position) => {
      if (position === undefined) return;
      const runner = projections.get(webhooksProjection.name);
      if (!(await runner.waitFor(position, { timeoutMs: config.readYourWritesMs }))) throw notYetVisible(position);
    }),
    directory,
    new TargetCheck(rules, resolveHost),
  );
  const deliveries = deliveriesOf(around, { log, messenger, found, handlers });
  projections.get(webhooksProjection.name).onCommitted(({ events, changed }) => {
    if (changed === 'nothing') return;
    if (events === undefined) deliveries.changed(undefined);
    else {
      const changes = changesIn(events);
      if (changes !== undefined) deliveries.changed(changes);
    }
  });
  projections.get(accessProjection.name).onCommitted(({ events, changed }) => {
    if (changed === 'nothing') return;
    if (events === undefined) deliveries.changed(undefined);
    else {
      const workspaces = deletedIn(events);
      if (workspaces.size > 0) deliveries.changed({ workspaces, deleted: [] });
    }
  });
  return {
    handlers,
    reader: new WebhookReader(found, log, secrets, readYourWrites, () => clock.now()),
    manual: new ManualDeliveries(log, messenger, clock),
    deliveries,
    attempts: () => messenger.attempts,
  };
}

/** The workspaces that a batch deletes: nothing more is sent of them. */
function deletedIn(events: readonly RecordedEvent[]): ReadonlySet<string> {
  const deleted = events.filter(({ type }) => type === 'WorkspaceDeleted');
  return new Set(deleted.flatMap(({ stream }) => parseWorkspaceStream(stream) ?? []));
}

async function webhookSecret({ config, secrets, logger }: WebhookSurroundings): Promise<ServiceSecret> {
  const { secret, ignoredFile } = await loadServiceSecret(config.secret, secrets);
  if (ignoredFile !== undefined) {
    logger.warn(
      { file: ignoredFile },
      'the secret of the service in this file is not in force: the nodes share that of another one. Delete the file if it is of no use',
    );
  }
  return secret;
}

interface DeliveryParts {
  readonly log: DeliveryLog;
  readonly messenger: Messenger;
  readonly found: WebhookDirectory;
  readonly handlers: WebhookHandlers;
}

function deliveriesOf(
  { config, projections, feed, clock, logger }: WebhookSurroundings,
  { log, messenger, found, handlers }: DeliveryParts,
): WebhookDeliveries {
  const { retrySeconds, disableDays } = config.webhooks;
  // Without its index a feed reads the whole log, and there may be very many webhooks.
  const needed = [webhooksProjection.name, accessProjection.name, ...indexedBy];
  return new WebhookDeliveries({
    feed,
    log,
    messenger,
    clock,
    random: Math.random,
    delays: retrySeconds.map((seconds) => seconds * 1_000),
    disableAfterMs: disableDays * 24 * 3_600_000,
    directory: found,
    isReady: () => needed.every((name) => projections.get(name).ready),
    disable: (webhook, reason) => giveUp(handlers, webhook, reason, timeText(clock), logger),
    onFault: (err, { workspace, id: webhook }) => {
      logger.warn({ err, workspace, webhook }, 'a webhook could not be served; it is tried again in a moment');
    },
    onRefreshFault: (err) => {
      logger.warn({ err }, 'the webhooks could not be found out; it is tried again in a moment');
    },
  });
}

async function giveUp(
  handlers: WebhookHandlers,
  { workspace, id: webhookId }: WebhookView,
  reason: DisablingReason,
  occurredAt: string,
  logger: Logger,
): Promise<void> {
  const commandId = `webhook/${webhookId}/give-up/${occurredAt}`;
  const context = {
    commandId,
    repeatable: false,
    correlationId: commandId,
    principal: 'system',
    via: 'process',
    occurredAt,
  };
  const outcome = await handlers.giveUp({ workspace, webhookId }, reason, context);
  // Somebody has deleted it meanwhile: as good as disabled.
  if (outcome.kind === 'rejected' && outcome.rejection.code !== 'webhook-not-found')
    throw new StoreUnavailableError(outcome.rejection.message);
  logger.warn({ workspace, webhook: webhookId, reason }, 'a webhook was disabled');
}
