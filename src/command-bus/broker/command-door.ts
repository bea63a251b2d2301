import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Serving } from '../../http/serving.js';
import type { CommandBus } from '../command-bus.js';
import { failureReply, replyTo } from '../command-reply.js';
import type { CommandReply } from '../command-reply.js';
import type { CommandEnvelopeDto } from '../envelope.dto.js';
import type { Principal } from '../../workspaces/authorization/principal.js';
import type { BrokerAnswer, Incoming } from './broker-answer.js';
import type { SenderCheck } from './sender-check.js';
import { splitToken } from './sender-check.js';

export interface CommandDoorOptions {
  readonly bus: CommandBus;
  readonly senders: SenderCheck;
  readonly serving: Serving;
  /** How the record names the way a command came. */
  readonly via: string;
  readonly logger: Logger;
}

/** Takes the commands that come through a broker to where those of the HTTP command bus go. */
export class CommandDoor {
  constructor(private readonly options: CommandDoorOptions) {}

  /** What becomes of a message with an envelope that holds its sender's token. Does not reject. */
  async answer({ body, isAwaited, isKept }: Incoming): Promise<BrokerAnswer> {
    let message: { readonly token: unknown; readonly rest: unknown; readonly envelope: CommandEnvelopeDto };
    try {
      const { token, rest } = splitToken(body);
      message = { token, rest, envelope: this.options.bus.parse(rest) };
    } catch (thrown) {
      return { kind: 'unreadable', reply: failureReply(null, thrown) };
    }
    const { token, rest, envelope } = message;
    const { senders, serving } = this.options;
    try {
      serving.require();
      const sender = await senders.check(token, rest);
      if (!isKept) senders.count(sender);
      const reply = await this.#obeyed(envelope, sender);
      if (!isAwaited) this.#tell(envelope, reply);
      return { kind: 'answered', reply };
    } catch (thrown) {
      const reply = failureReply(envelope.id, thrown);
      const { via, logger } = this.options;
      if (reply.outcome === 'failed')
        logger.warn({ err: thrown, id: envelope.id, via }, 'a command could not be taken');
      else if (!isAwaited) this.#tell(envelope, reply);
      return { kind: reply.outcome === 'failed' ? 'failed' : 'refused', reply };
    }
  }

  async #obeyed(envelope: CommandEnvelopeDto, sender: Principal): Promise<CommandReply> {
    const { bus, via } = this.options;
    const delivery = { sender, via, receivedAt: new Date().toISOString(), correlationId: randomUUID() };
    return replyTo(envelope.id, await bus.dispatch(envelope, delivery));
  }

  /** Nobody waits for the reply, so what became of the command is told here. */
  #tell({ id, type }: CommandEnvelopeDto, reply: CommandReply): void {
    const { via, logger } = this.options;
    const refused = 'error' in reply ? { error: reply.error, message: reply.message } : {};
    logger.info({ id, type, via, outcome: reply.outcome, ...refused }, 'command');
  }
}
