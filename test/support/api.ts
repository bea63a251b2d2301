/** One answer of the HTTP API. `body` is parsed JSON, or the text when it is none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Call {
  readonly key?: string;
  readonly workspace?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

/** Calls one service by HTTP, for example `api('GET', '/v0/images', { key, workspace: 'dev' })`. */
export type Api = (method: string, path: string, call?: Call) => Promise<Answer>;

/** A caller for the service at this address. */
export function apiOf(url: string): Api {
  return async (method, path, { key, workspace, body, headers = {}, signal } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      ...(signal !== undefined && { signal }),
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(workspace !== undefined && { 'x-blaxel-workspace': workspace }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
