import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { BrokerAnswer, Incoming } from './broker-answer.js';
import { CommandDoor } from './command-door.js';

/** What comes through a message broker. */
@Controller()
export class BrokerMessagesController {
  constructor(private readonly commands: CommandDoor) {}

  @MessagePattern('commands')
  command(@Payload() message: Incoming): Promise<BrokerAnswer> {
    return this.commands.answer(message);
  }
}
