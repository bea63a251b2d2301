import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { BrokerAnswer, BrokerChannel, BrokerLink, Incoming } from './broker-answer.js';

/**
 * Lets Nest's message handlers answer what comes through a link.
 *
 * Nest's own transports for these brokers acknowledge before or regardless of what a handler did, keep no dead letters
 * and bound nothing; the links do, and this is all that stands between them and Nest.
 */
export class BrokerStrategy extends Server implements CustomTransportStrategy {
  constructor(private readonly link: BrokerLink) {
    super();
  }

  /** Does not wait for the broker: the service answers over HTTP meanwhile, and its readiness tells. */
  listen(callback: () => void): void {
    this.link.start((channel, message) => this.#receive(channel, message));
    callback();
  }

  close(): Promise<void> {
    return this.link.close();
  }

  on(): never {
    throw new TypeError('a link tells of its connection through its fault, not by events');
  }

  unwrap(): never {
    throw new TypeError('a link does not hand out its connection');
  }

  async #receive(channel: BrokerChannel, message: Incoming): Promise<BrokerAnswer> {
    const handler: MessageHandler<Incoming, never, BrokerAnswer> | null = this.getHandlerByPattern(channel);
    if (handler === null) throw new TypeError(`nobody answers ${channel}`);
    const answer = await handler(message);
    return isObservable(answer) ? lastValueFrom(answer) : answer;
  }
}
