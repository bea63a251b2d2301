import { isWorkspaceName } from '../../vocabulary/names.js';

/** How the names of the streams of webhooks begin. */
export const webhookCategory = 'webhooks-';

/** The stream that holds the webhooks of a workspace, all of them: how many there may be is one rule of one stream. */
export function webhookStream(workspace: string): string {
  return `${webhookCategory}${workspace}`;
}

/** The workspace whose webhooks a stream holds; `undefined` for a stream of another kind. */
export function parseWebhookStream(stream: string): string | undefined {
  if (!stream.startsWith(webhookCategory)) return undefined;
  const workspace = stream.slice(webhookCategory.length);
  return isWorkspaceName(workspace) ? workspace : undefined;
}
