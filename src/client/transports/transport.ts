/** A message before it is signed. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly [field: string]: unknown;
}

/** A reply of the service as it came. */
export interface Reply {
  readonly outcome: string;
  readonly code?: number;
  readonly message?: string;
  readonly [field: string]: unknown;
}

/** A way to the service. Whatever it throws is a fault after which the message may be sent again. */
export interface ClientTransport {
  /** Sends a message once and waits for its reply, until the signal aborts. */
  request(channel: 'commands' | 'queries', message: Message, signal: AbortSignal): Promise<Reply>;
  /** Sends a command once, for nobody to wait for its reply; resolves once it is handed over. */
  tell(message: Message, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A document that came back. @throws TypeError when it is no reply */
export function replyIn(document: unknown): Reply {
  if (
    typeof document === 'object' &&
    document !== null &&
    'outcome' in document &&
    typeof document.outcome === 'string'
  )
    return { ...document, outcome: document.outcome };
  throw new TypeError('what came back is no reply of the service; is that the right subject or queue?');
}

/** The promise, or the reason of the signal when that aborts first. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
