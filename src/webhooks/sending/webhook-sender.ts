import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { AddressRules } from './address-rules.js';
import { guardedLookup } from './host-addresses.js';
import type { ResolveHost } from './host-addresses.js';
import { parseRetryAfter } from './retry-after.js';
import type { SignedHeaders } from './signature.js';

/** A message on its way out. */
export interface OutgoingMessage {
  readonly url: string;
  readonly headers: SignedHeaders & { readonly 'content-type'?: string };
  readonly body: string;
}

/** What became of one attempt. */
export type SendOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The beginning of the answer's body, of printable characters. */
      readonly excerpt: string;
      /** Milliseconds that the receiver asks to wait. */
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'failed'; readonly fault: string };

export interface WebhookSenderOptions {
  readonly rules: AddressRules;
  readonly resolve: ResolveHost;
  /** For the whole of an attempt, from the look-up of the host to the end of the answer. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** So many bytes of an answer are read. */
const mostAnswerBytes = 4_096;
const longestExcerpt = 1_000;

/**
 * Sends messages, each once and over a connection of its own.
 *
 * It connects to addresses that the rules allow and no other: redirects are not followed, and what the host's name is
 * found to mean is what is connected to.
 */
export class WebhookSender {
  readonly #lookup: NonNullable<RequestOptions['lookup']>;
  readonly #http = new HttpAgent({ keepAlive: false });
  readonly #https = new HttpsAgent({ keepAlive: false });

  constructor(private readonly options: WebhookSenderOptions) {
    this.#lookup = guardedLookup(options.rules, options.resolve);
  }

  /** Sends a message. Aborting throws the signal's reason; whether the message has arrived is then not known. */
  async send({ url, headers, body }: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { rules, timeoutMs, userAgent, now } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const target = new URL(url);
      const host = target.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0) rules.require(host, [host]);
      const request = this.#open(target, {
        method: 'POST',
        lookup: this.#lookup,
        signal: AbortSignal.any([signal, timeout]),
        headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': userAgent },
      });
      const response = await answerTo(request, body);
      const excerpt = await beginningOf(response);
      const retryAfterMs = parseRetryAfter(response.headers['retry-after'], now());
      return {
        kind: 'answered',
        status: response.statusCode ?? 0,
        excerpt,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
    } catch (fault) {
      signal.throwIfAborted();
      if (timeout.aborted) return { kind: 'failed', fault: `no answer within ${timeoutMs} ms` };
      return { kind: 'failed', fault: printable(fault instanceof Error ? fault.message : String(fault)) };
    }
  }

  #open(target: URL, options: RequestOptions): ClientRequest {
    return target.protocol === 'https:'
      ? httpsRequest(target, { ...options, agent: this.#https })
      : httpRequest(target, { ...options, agent: this.#http });
  }
}

function answerTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // An error that follows on the first has nothing to add, but must not go unheard.
    request.on('error', reject);
    // A receiver that changes over to another protocol (101) ends the connection with neither of the two.
    request.once('close', () => {
      reject(new Error('the connection has ended without an answer'));
    });
    request.end(body);
  });
}

/** Whatever is beyond the beginning is not read: the connection is closed. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const buffer = Buffer.from(chunk as Uint8Array);
    chunks.push(buffer);
    bytes += buffer.length;
    if (bytes >= mostAnswerBytes) break;
  }
  response.destroy();
  return printable(Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString('utf8'));
}

/** Text that every database keeps and every terminal shows. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD').slice(0, longestExcerpt);
}
