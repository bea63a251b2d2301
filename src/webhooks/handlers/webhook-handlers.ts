import type { CommandRequest } from '../../command-bus/command-definition.js';
import type { CommandContext } from '../../event-sourcing/command.js';
import { authorize } from '../../workspaces/authorization/authorize.js';
import type { AccessDirectory } from '../../workspaces/authorization/access-directory.js';
import { idFor } from '../../workspaces/handlers/derived-ids.js';
import type { HandlerOutcome, Prepared, RepeatableCommands } from '../../workspaces/handlers/repeatable-commands.js';
import type { WebhookCommand } from '../domain/webhook.commands.js';
import { invalidUrl } from '../domain/webhook.decider.js';
import type { DisablingReason, WebhookEvent } from '../domain/webhook.events.js';
import { webhookRejection } from '../domain/webhook.rejections.js';
import type { WebhooksState } from '../domain/webhook.state.js';
import { webhookStream } from '../domain/webhook.stream.js';
import { webhookUrl } from '../domain/webhook-url.js';
import type { TargetCheck } from '../sending/target-check.js';

/** A webhook of a workspace. */
export interface WebhookPlace {
  readonly workspace: string;
  readonly webhookId: string;
}

export interface CreateWebhook {
  readonly workspace: string;
  readonly url: string;
  readonly description: string;
  /** Types of feed events; absent for all. */
  readonly events?: readonly string[];
}

/** The secret before is in force for so long after a new one has come. */
const overlapMs = 24 * 3_600_000;

/** The webhooks of workspaces. For their admins. */
export class WebhookHandlers {
  constructor(
    private readonly webhooks: RepeatableCommands<WebhookCommand, WebhookEvent, WebhooksState>,
    private readonly directory: Pick<AccessDirectory, 'roleOf'>,
    private readonly targets: Pick<TargetCheck, 'faultOf'>,
  ) {}

  /** Creates a webhook, unless nothing may be sent to where its URL leads. */
  async create(
    data: CreateWebhook,
    { caller, context }: CommandRequest,
  ): Promise<HandlerOutcome & { readonly webhookId: string }> {
    // Of one sender's ids, the same may be tried in two workspaces.
    const webhookId = `wh_${idFor('webhook', { ...context, commandId: `${context.commandId}\n${data.workspace}` })}`;
    const outcome = await this.webhooks.run(webhookStream(data.workspace), context, async () => {
      const prepared = await this.#forAdmin(caller, { type: 'CreateWebhook', data: { ...data, webhookId } });
      return prepared.kind === 'rejected' ? prepared : this.#reachable(data, webhookId);
    });
    return { ...outcome, webhookId };
  }

  /** @param atOnce whether messages are signed with the new secret alone from now on */
  rotateSecret(place: WebhookPlace, atOnce: boolean, request: CommandRequest): Promise<HandlerOutcome> {
    const until = new Date(Date.parse(request.context.occurredAt) + overlapMs).toISOString();
    return this.#run(
      { type: 'RotateWebhookSecret', data: { ...place, ...(!atOnce && { previousUntil: until }) } },
      request,
    );
  }

  disable(place: WebhookPlace, request: CommandRequest): Promise<HandlerOutcome> {
    return this.#run({ type: 'DisableWebhook', data: { ...place, reason: 'requested' } }, request);
  }

  /** Nobody did it: the receiver is gone, or has failed for days. */
  giveUp(place: WebhookPlace, reason: DisablingReason, context: CommandContext): Promise<HandlerOutcome> {
    const command = { type: 'DisableWebhook', data: { ...place, reason } } as const;
    return this.webhooks.run(webhookStream(place.workspace), context, () =>
      Promise.resolve({ kind: 'command', command }),
    );
  }

  enable(place: WebhookPlace, request: CommandRequest): Promise<HandlerOutcome> {
    return this.#run({ type: 'EnableWebhook', data: place }, request);
  }

  delete(place: WebhookPlace, request: CommandRequest): Promise<HandlerOutcome> {
    return this.#run({ type: 'DeleteWebhook', data: place }, request);
  }

  #run(command: WebhookCommand, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.webhooks.run(webhookStream(command.data.workspace), context, () => this.#forAdmin(caller, command));
  }

  async #forAdmin(caller: CommandRequest['caller'], command: WebhookCommand): Promise<Prepared<WebhookCommand>> {
    const authorization = await authorize(this.directory, caller, command.data.workspace, 'admin');
    return authorization.kind === 'refused'
      ? { kind: 'rejected', rejection: authorization.rejection }
      : { kind: 'command', command };
  }

  /** The command, with the one spelling of its URL. */
  async #reachable(data: CreateWebhook, webhookId: string): Promise<Prepared<WebhookCommand>> {
    const checked = webhookUrl(data.url);
    if (checked.kind === 'fault') return { kind: 'rejected', rejection: invalidUrl(data.url, checked.fault) };
    const { url } = checked;
    const found = await this.targets.faultOf(url);
    switch (found?.kind) {
      case undefined:
        return { kind: 'command', command: { type: 'CreateWebhook', data: { ...data, url, webhookId } } };
      case 'unknown-host':
        return { kind: 'rejected', rejection: invalidUrl(url, found.fault) };
      case 'refused':
        return { kind: 'rejected', rejection: webhookRejection('webhook-address-refused', `${found.fault}.`) };
    }
  }
}
