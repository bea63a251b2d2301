import { Module } from '@nestjs/common';
import { CommandsController } from './commands.controller.js';

/** Commands as envelopes, over HTTP. */
@Module({ controllers: [CommandsController] })
export class CommandBusModule {}
