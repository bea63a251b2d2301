import { IsBoolean, IsOptional } from 'class-validator';
import { WorkspaceName } from '../../http/field-rules.js';
import { WebhookId } from '../webhook-field-rules.js';
import { CreateWebhookBodyDto } from '../webhooks.dto.js';

/** Has the events of a workspace sent to a URL. For admins. */
export class CreateWebhookDto extends CreateWebhookBodyDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;
}

/** Sends nothing more to a webhook, and forgets what was sent. For admins. */
export class DeleteWebhookDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The id of the webhook. */
  @WebhookId()
  webhookId!: string;
}

/** Sends nothing to a webhook until it is enabled again. For admins. */
export class DisableWebhookDto extends DeleteWebhookDto {}

/** Goes on sending to a webhook where that stopped. For admins. */
export class EnableWebhookDto extends DeleteWebhookDto {}

/** Signs messages with a new secret, and for a day with the one before, too. For admins. */
export class RotateWebhookSecretDto extends DeleteWebhookDto {
  /** Ends the secret before at once: for one that has leaked. */
  @IsOptional()
  @IsBoolean()
  atOnce?: boolean;
}
