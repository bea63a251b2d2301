import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { feedEventTypes } from '../../catalog/feed/feed-message.js';
import { WorkspaceName } from '../../http/field-rules.js';
import { Description } from '../../workspaces/access-field-rules.js';
import { WebhookId, WebhookUrl } from '../webhook-field-rules.js';

/** Has the events of a workspace sent to a URL. For admins. */
export class CreateWebhookDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** Where messages are sent: https or http, to a public address. */
  @WebhookUrl()
  url!: string;

  /** What it is for, in a few words. */
  @IsOptional()
  @Description()
  description?: string;

  /** The types of events to send; absent for all, those to come included. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(64)
  @IsIn(feedEventTypes, { each: true })
  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...feedEventTypes] }, minItems: 1, maxItems: 64 })
  events?: string[];
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
