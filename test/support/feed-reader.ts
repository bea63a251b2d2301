import { get } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One block of a `text/event-stream`. */
export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly retry?: string;
  /** True for a block that is nothing but a comment. */
  readonly isComment: boolean;
}

export interface FeedRequest {
  readonly url: string;
  readonly key: string;
  readonly workspace: string;
  /** For example `since=start`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the feed that keeps everything it reads. */
export class FeedReader {
  readonly blocks: StreamBlock[] = [];
  /** True once the service has ended the stream, or the connection has broken. */
  hasEnded = false;
  #rest = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.#read(text);
    });
    response.on('close', () => {
      this.hasEnded = true;
    });
    // The end of a broken connection shows in `hasEnded`.
    response.on('error', () => undefined);
  }

  /** @throws Error when the service does not answer at all */
  static open({ url, key, workspace, query, headers = {} }: FeedRequest): Promise<FeedReader> {
    const target = `${url}/v0/feed${query === undefined ? '' : `?${query}`}`;
    const credentials = { authorization: `Bearer ${key}`, 'x-blaxel-workspace': workspace };
    return new Promise((resolve, reject) => {
      get(target, { headers: { ...credentials, ...headers }, agent: false }, (response) => {
        resolve(new FeedReader(response));
      }).on('error', reject);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  /** What happened in the workspace, without what the stream says about itself. */
  get events(): readonly StreamBlock[] {
    return this.blocks.filter(({ event }) => event !== undefined && event !== 'caught-up');
  }

  /** What an `EventSource` would send when it comes back. */
  get lastId(): string | undefined {
    return this.blocks.findLast(({ id }) => id !== undefined)?.id;
  }

  /** Waits until it holds. @throws Error when it does not within half a minute */
  async until(holds: (reader: this) => boolean): Promise<void> {
    for (let waited = 0; waited < 30_000; waited += 10) {
      if (holds(this)) return;
      await sleep(10);
    }
    throw new Error(`it never came; the last it read: ${JSON.stringify(this.blocks.slice(-5))}`);
  }

  untilCaughtUp(): Promise<void> {
    return this.until(({ blocks }) => blocks.some(({ event }) => event === 'caught-up'));
  }

  untilEnd(): Promise<void> {
    return this.until(({ hasEnded }) => hasEnded);
  }

  /** Reads nothing until `resume`. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  #read(text: string): void {
    const blocks = `${this.#rest}${text}`.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.blocks.push(readBlock(block));
  }
}

function readBlock(text: string): StreamBlock {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const [id, event, data, retry] = ['id', 'event', 'data', 'retry'].map((name) => fields.get(name));
  return {
    isComment: fields.size === 1 && fields.has(''),
    ...(id !== undefined && { id }),
    ...(event !== undefined && { event }),
    ...(data !== undefined && { data: JSON.parse(data) as Readonly<Record<string, unknown>> }),
    ...(retry !== undefined && { retry }),
  };
}
