import type { ReadingCodec } from '../audit/verify/check-events.js';
import { imageCodec } from '../images/domain/image.codec.js';
import { webhookCodec } from '../webhooks/domain/webhook.codec.js';
import { accountCodec } from '../workspaces/domain/account.codec.js';
import { workspaceCodec } from '../workspaces/domain/workspace.codec.js';

/** The codecs of every event this release knows. */
export const eventCodecs: readonly ReadingCodec[] = [imageCodec, workspaceCodec, accountCodec, webhookCodec];
