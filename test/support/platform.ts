import { apiOf } from './api.js';
import type { Answer, Call } from './api.js';
import type { StartedService } from './service.js';
import { digestOf } from './written-log.js';

/** A service account with a key. */
export interface Robot {
  readonly clientId: string;
  readonly key: string;
}

/** A service with accounts, workspaces and keys, set up over HTTP by its operator. */
export class Platform {
  constructor(readonly service: Pick<StartedService, 'url' | 'operatorKey'>) {}

  /** A call to `/v0`, by the operator unless another key is given. */
  ask(method: string, path: string, call: Call = {}): Promise<Answer> {
    return apiOf(this.service.url)(method, `/v0${path}`, { key: this.service.operatorKey, ...call });
  }

  /** The same. @throws Error when the service refuses */
  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const answer = await this.ask(method, path, call);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async account(id: string, workspaces: readonly string[]): Promise<void> {
    await this.call('POST', '/accounts', { body: { id, name: id } });
    for (const name of workspaces) await this.call('POST', '/workspaces', { body: { name, accountId: id } });
  }

  /** A new service account of the workspace, with a key. */
  async robot(
    workspace: string,
    role: 'admin' | 'member',
    options: { mayActForOthers?: boolean } = {},
  ): Promise<Robot> {
    const body = { name: role, role, ...options };
    const created = await this.call('POST', '/service_accounts', { workspace, body });
    const clientId = textIn(created.body, 'client_id');
    const issued = await this.call('POST', `/service_accounts/${clientId}/api_keys`, { workspace, body: {} });
    return { clientId, key: textIn(issued.body, 'apiKey') };
  }

  /** @param image `type/name` @param n tells its digest from others and is its size */
  async push(workspace: string, image: string, tag: string, n: number, call: Call = {}): Promise<Answer> {
    const body = { digest: digestOf(n), size: n };
    return this.call('PUT', `/images/${image}/tags/${tag}`, { workspace, body, ...call });
  }

  async share(workspace: string, image: string, targetWorkspace: string): Promise<void> {
    await this.call('POST', `/images/${image}/share`, { workspace, body: { targetWorkspace } });
  }

  /** The messages of a streamed answer. @throws Error when the service refuses */
  async lines(method: string, path: string, call: Call = {}): Promise<Readonly<Record<string, unknown>>[]> {
    const { body } = await this.call(method, path, call);
    // A single line is JSON as a whole.
    if (typeof body === 'object') return [body as Record<string, unknown>];
    if (typeof body !== 'string') throw new Error(`${method} ${path} answered no lines`);
    return body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

/** A field of an answer. @throws Error when it is not there */
export function textIn(body: unknown, field: string): string {
  const value: unknown = Object.entries(body ?? {}).find(([name]) => name === field)?.[1];
  if (typeof value !== 'string') throw new Error(`no ${field} in ${JSON.stringify(body)}`);
  return value;
}
