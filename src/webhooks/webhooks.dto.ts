import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { feedEventTypes } from '../catalog/feed/feed-message.js';
import { PageLimit } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { Description } from '../workspaces/access-field-rules.js';
import { DeliveryId, WebhookId, WebhookUrl } from './webhook-field-rules.js';

/** `/webhooks/{webhookId}` */
export class WebhookPathDto {
  /** The id of the webhook. */
  @WebhookId()
  webhookId!: string;
}

/** `/webhooks/{webhookId}/deliveries/{deliveryId}` */
export class DeliveryPathDto extends WebhookPathDto {
  /** The id of the delivery: what its receiver saw as webhook-id. */
  @DeliveryId()
  deliveryId!: string;
}

export class CreateWebhookBodyDto {
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

export class RotateSecretBodyDto {
  /** Ends the secret before at once, in place of a day later: for one that has leaked. */
  @IsOptional()
  @IsBoolean()
  atOnce?: boolean;
}

export class DeliveriesQueryDto extends WorkspaceQueryDto {
  /** At most so many, 1 to 1000. Default: 100. */
  @PageLimit()
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @IsOptional()
  @Matches(/^[1-9]\d{0,14}$/, { message: '$property must be an X-Next-Cursor as the service gave it out' })
  cursor?: string;

  /** Only those in this state. */
  @IsOptional()
  @IsIn(['pending', 'delivered', 'failed'])
  state?: 'pending' | 'delivered' | 'failed';
}
