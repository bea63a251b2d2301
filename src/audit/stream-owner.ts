import { parseWebhookStream } from '../webhooks/domain/webhook.stream.js';
import { parseWorkspaceStream } from '../workspaces/domain/workspace.stream.js';

/** The workspace that a stream other than a slot's is about; `undefined` for one of no workspace, such as an account's. */
export function workspaceOfStream(stream: string): string | undefined {
  return parseWorkspaceStream(stream) ?? parseWebhookStream(stream);
}
