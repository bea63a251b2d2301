import { Module } from '@nestjs/common';
import { BrokerMessagesController } from './broker-messages.controller.js';

/** Commands and questions that come through a message broker. */
@Module({ controllers: [BrokerMessagesController] })
export class BrokerModule {}
