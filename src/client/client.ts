import { randomUUID } from 'node:crypto';
import { longestLifetimeSeconds, signMessage } from '../message-token/message-token.js';
import type { FeedEvent } from '../catalog/feed/feed-message.js';
import type { CommandName, CommandOutcome, CommandPayloads } from './commands.js';
import { followFeed } from './feed.js';
import type { FollowOptions } from './feed.js';
import type { Queries, QueryName, QueryOutcome } from './queries.js';
import { commandOutcomeIn, queryOutcomeIn } from './outcomes.js';
import { failureIn, persistently } from './retry.js';
import type { Patience } from './retry.js';
import type { ClientTransport, Message } from './transports/transport.js';

/** What a command may say besides its payload. */
export interface CommandOptions {
  /** The same id again: the same answer, no second effect. Default: a new UUID. */
  readonly id?: string;
  /** In whose name, when it is not the sender's own. */
  readonly principal?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Why, for the record. */
  readonly reason?: string;
  readonly signal?: AbortSignal;
}

export interface ClientParts {
  readonly transport: ClientTransport;
  /** An API key, the operator key, or a token of the configured issuer. */
  readonly credential: string;
  /** Whether messages are signed with the credential, rather than carry it; `undefined` where the transport sees to it. */
  readonly signs: boolean | undefined;
  readonly patience: Patience;
  /** Where the service answers over HTTP, for the feed. */
  readonly httpUrl: string | undefined;
}

/** A program's side of the service: commands, questions and the feed. */
export class TagalongClient {
  constructor(private readonly parts: ClientParts) {}

  /**
   * Sends a command until it is known what became of it, always under the same id. What it changed is visible to every
   * query by then. A refusal by the rules is an outcome; it does not throw.
   *
   * @throws TagalongUnavailableError when no answer came in the time and attempts allowed
   * @throws TypeError when what answers is no such service
   */
  async command<Name extends CommandName>(
    type: Name,
    data: CommandPayloads[Name],
    { signal, ...options }: CommandOptions = {},
  ): Promise<CommandOutcome> {
    const message = messageOf(type, data, options);
    return commandOutcomeIn(await this.#request('commands', message, signal), message.id);
  }

  /**
   * Hands a command over without waiting for what becomes of it. RabbitMQ keeps it; NATS forgets it when no node of the
   * service listens. Resolves to its id.
   *
   * @throws TagalongUnavailableError when it could not be handed over
   */
  async tell<Name extends CommandName>(
    type: Name,
    data: CommandPayloads[Name],
    { signal, ...options }: CommandOptions = {},
  ): Promise<string> {
    const { transport, patience } = this.parts;
    const message = messageOf(type, data, options);
    const signed = await this.#signed(message, longestLifetimeSeconds);
    const handOver = (until: AbortSignal): Promise<void> => transport.tell(signed, until);
    await persistently(message, patience, signal, handOver, () => undefined);
    return message.id;
  }

  /**
   * Asks about a catalog. A refusal, or that there is no such thing, is an outcome; it does not throw.
   *
   * @throws TagalongUnavailableError when no answer came in the time and attempts allowed
   * @throws TypeError when what answers is no such service
   */
  async query<Name extends QueryName>(
    type: Name,
    data: Queries[Name]['payload'],
    { signal }: Pick<CommandOptions, 'signal'> = {},
  ): Promise<QueryOutcome<Name>> {
    const message = messageOf(type, data, {});
    return queryOutcomeIn(type, await this.#request('queries', message, signal), message.id);
  }

  /** What changes in the catalog of a workspace, over HTTP whatever the transport is. See {@link followFeed}. */
  follow(workspace: string, options: FollowOptions = {}): AsyncGenerator<FeedEvent, void, undefined> {
    const { httpUrl, credential } = this.parts;
    if (httpUrl === undefined) throw new TypeError('the feed comes over HTTP: give the client httpUrl');
    return followFeed(httpUrl, credential, workspace, options);
  }

  /** Ends the connection. */
  close(): Promise<void> {
    return this.parts.transport.close();
  }

  async #request(channel: 'commands' | 'queries', message: Message, signal: AbortSignal | undefined) {
    const { transport, patience } = this.parts;
    const attempt = async (until: AbortSignal) =>
      transport.request(channel, await this.#signed(message, (2 * patience.attemptMs) / 1_000), until);
    return persistently(message, patience, signal, attempt, failureIn);
  }

  async #signed(message: Message, lifetimeSeconds: number): Promise<Message> {
    const { signs, credential } = this.parts;
    if (signs === undefined) return message;
    const token = signs ? await signMessage(credential, message, lifetimeSeconds, Date.now()) : credential;
    return { ...message, token };
  }
}

function messageOf(
  type: string,
  data: object,
  { id = randomUUID(), ...more }: Omit<CommandOptions, 'signal'>,
): Message {
  return { id, type, data, ...more };
}
