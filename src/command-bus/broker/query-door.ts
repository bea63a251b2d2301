import type { Logger } from 'pino';
import type { Serving } from '../../http/serving.js';
import { failureReply } from '../command-reply.js';
import type { QueryBus } from '../queries/query-bus.js';
import type { QueryEnvelopeDto } from '../queries/query-envelope.dto.js';
import type { BrokerAnswer, Incoming } from './broker-answer.js';
import type { SenderCheck } from './sender-check.js';
import { splitToken } from './sender-check.js';

export interface QueryDoorOptions {
  readonly queries: QueryBus;
  readonly senders: SenderCheck;
  readonly serving: Serving;
  readonly logger: Logger;
}

/** Answers the questions that come through a broker as those that come over HTTP. */
export class QueryDoor {
  constructor(private readonly options: QueryDoorOptions) {}

  /** What becomes of a message with an envelope that holds its sender's token. Does not reject. */
  async answer({ body }: Incoming): Promise<BrokerAnswer> {
    const { queries, senders, serving, logger } = this.options;
    let envelope: QueryEnvelopeDto | undefined;
    try {
      const { token, rest } = splitToken(body);
      envelope = queries.parse(rest);
      serving.require();
      const asker = await senders.check(token, rest);
      senders.count(asker);
      const { id = null } = envelope;
      return { kind: 'answered', reply: { id, outcome: 'answered', ...(await queries.ask(envelope, asker)) } };
    } catch (thrown) {
      const reply = failureReply(envelope?.id ?? null, thrown);
      if (reply.outcome === 'failed') logger.warn({ err: thrown }, 'a question could not be answered');
      return { kind: envelope === undefined ? 'unreadable' : reply.outcome === 'failed' ? 'failed' : 'refused', reply };
    }
  }
}
