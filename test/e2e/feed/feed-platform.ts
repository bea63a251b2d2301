import { apiOf } from '../../support/api.js';
import type { Answer, Call } from '../../support/api.js';
import { FeedReader } from '../../support/feed-reader.js';
import type { FeedRequest } from '../../support/feed-reader.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

/** A service with a few workspaces, as its operator uses it. */
export class FeedPlatform {
  constructor(readonly service: StartedService) {}

  /** @throws Error when the service refuses */
  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const answer = await apiOf(this.service.url)(method, `/v0${path}`, { key: this.service.operatorKey, ...call });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async account(id: string, workspaces: readonly string[]): Promise<void> {
    await this.call('POST', '/accounts', { body: { id, name: id } });
    for (const name of workspaces) await this.call('POST', '/workspaces', { body: { name, accountId: id } });
  }

  async allowRequests(...accounts: readonly string[]): Promise<void> {
    const body = { targetAdmin: 'required', acrossAccounts: 'by-request' };
    for (const id of accounts) await this.call('PUT', `/accounts/${id}/sharing-policy`, { body });
  }

  /** A key of a new service account that is a member. */
  async memberKey(workspace: string, name: string): Promise<{ clientId: string; keyId: string; key: string }> {
    const created = await this.call('POST', '/service_accounts', { workspace, body: { name, role: 'member' } });
    const clientId = textIn(created.body, 'client_id');
    const issued = await this.call('POST', `/service_accounts/${clientId}/api_keys`, { workspace, body: { name } });
    return { clientId, keyId: textIn(issued.body, 'id'), key: textIn(issued.body, 'apiKey') };
  }

  /** @param image `type/name` */
  async push(workspace: string, image: string, tag: string, n: number): Promise<void> {
    await this.call('PUT', `/images/${image}/tags/${tag}`, { workspace, body: { digest: digestOf(n), size: n } });
  }

  async share(workspace: string, image: string, targetWorkspace: string): Promise<void> {
    await this.call('POST', `/images/${image}/share`, { workspace, body: { targetWorkspace } });
  }

  async unshare(workspace: string, image: string, target: string): Promise<void> {
    await this.call('DELETE', `/images/${image}/share/${target}`, { workspace });
  }

  listen(workspace: string, request: Partial<FeedRequest> = {}): Promise<FeedReader> {
    return FeedReader.open({ url: this.service.url, key: this.service.operatorKey, workspace, ...request });
  }
}

/** A field of an answer. @throws Error when it is not there */
export function textIn(body: unknown, field: string): string {
  const value: unknown = Object.entries(body ?? {}).find(([name]) => name === field)?.[1];
  if (typeof value !== 'string') throw new Error(`no ${field} in ${JSON.stringify(body)}`);
  return value;
}
