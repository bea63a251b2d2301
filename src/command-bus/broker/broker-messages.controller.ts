import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { BrokerAnswer, Incoming } from './broker-answer.js';
import { CommandDoor } from './command-door.js';
import { QueryDoor } from './query-door.js';

/** What comes through a message broker. */
@Controller()
export class BrokerMessagesController {
  constructor(
    private readonly commands: CommandDoor,
    private readonly queries: QueryDoor,
  ) {}

  @MessagePattern('commands')
  command(@Payload() message: Incoming): Promise<BrokerAnswer> {
    return this.commands.answer(message);
  }

  @MessagePattern('queries')
  query(@Payload() message: Incoming): Promise<BrokerAnswer> {
    return this.queries.answer(message);
  }
}
