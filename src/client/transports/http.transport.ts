import type { ClientTransport, Message, Reply } from './transport.js';
import { replyIn } from './transport.js';

/** Where HTTP answers a question. */
interface Place {
  readonly path: readonly string[];
  /** The fields that go into the path rather than the query. */
  readonly fields: readonly string[];
}

const places: Readonly<Record<string, Place>> = {
  ListImages: { path: ['images'], fields: [] },
  GetImage: { path: ['images', '{resourceType}', '{name}'], fields: ['resourceType', 'name'] },
  ResolveImage: { path: ['images', '{resourceType}', '{name}', 'resolve'], fields: ['resourceType', 'name'] },
  GetImageUsage: { path: ['images', '{resourceType}', '{name}', 'usage'], fields: ['resourceType', 'name'] },
  ListImageShares: { path: ['images', '{resourceType}', '{name}', 'share'], fields: ['resourceType', 'name'] },
  ListPendingShares: { path: ['pending-image-shares'], fields: [] },
  ListDeployments: { path: ['deployments'], fields: [] },
  GetDeployment: { path: ['deployments', '{kind}', '{deployment}'], fields: ['kind', 'deployment'] },
};

/** Speaks with the service over HTTP, with the credential itself in every request: use https. */
export class HttpTransport implements ClientTransport {
  readonly #base: string;

  /** @param url where the service is, without `/v0` */
  constructor(
    url: string,
    private readonly credential: string,
  ) {
    this.#base = `${url.replace(/\/+$/, '')}/v0`;
  }

  async request(channel: 'commands' | 'queries', message: Message, signal: AbortSignal): Promise<Reply> {
    return channel === 'commands' ? this.#send(message, signal) : this.#ask(message, signal);
  }

  /** HTTP hands nothing over without its answer. A refusal is not told, like those of the other ways. */
  async tell(message: Message, signal: AbortSignal): Promise<void> {
    const { code = 200, message: reason = '' } = await this.#send(message, signal);
    if (code >= 500 || code === 429) throw new Error(reason);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(message: Message, signal: AbortSignal): Promise<Reply> {
    const response = await fetch(`${this.#base}/commands`, {
      method: 'POST',
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal,
    });
    const body: unknown = await response.json();
    return response.ok ? replyIn(body) : refusal(message.id, response.status, body);
  }

  async #ask({ id, type, data }: Message, signal: AbortSignal): Promise<Reply> {
    const response = await fetch(`${this.#base}/${addressOf(type, data)}`, { headers: this.#headers(), signal });
    const body: unknown = await response.json();
    if (!response.ok) return refusal(id, response.status, body);
    const nextCursor = response.headers.get('x-next-cursor');
    return { id, outcome: 'answered', data: body, ...(nextCursor !== null && { nextCursor }) };
  }

  #headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.credential}` };
  }
}

function refusal(id: string, code: number, body: unknown): Reply {
  const given =
    typeof body === 'object' && body !== null ? body : { error: 'unreadable', message: 'no error document' };
  return { id, code, ...given, outcome: code >= 500 ? 'failed' : 'rejected' };
}

function addressOf(type: string, data: object): string {
  const place = places[type];
  if (place === undefined) throw new TypeError(`there is no question ${type}`);
  const fields = Object.entries(data).filter(([, value]) => value !== undefined);
  const given = new Map(fields.map(([name, value]): [string, string] => [name, String(value)]));
  // An image is asked for by NAME or NAME:TAG.
  const tag = given.get('tag');
  if (type === 'GetImage' && tag !== undefined) {
    given.set('name', `${given.get('name') ?? ''}:${tag}`);
    given.delete('tag');
  }
  const path = place.path.map((part) => {
    const field = /^\{(.*)\}$/.exec(part)?.[1];
    return field === undefined ? part : encodeURIComponent(given.get(field) ?? '');
  });
  const query = new URLSearchParams([...given].filter(([name]) => !place.fields.includes(name)));
  return `${path.join('/')}?${query.toString()}`;
}
