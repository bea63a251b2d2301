import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';

const [kind = 'nats', url = '', name = ''] = process.argv.slice(2);

@Controller()
class EchoController {
  @MessagePattern(name)
  echo(@Payload() data: unknown): unknown {
    return data;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const options: MicroserviceOptions =
  kind === 'nats'
    ? { transport: Transport.NATS, options: { servers: [new URL(url).host] } }
    : {
        transport: Transport.RMQ,
        options: { urls: [url], queue: name, queueOptions: { durable: false, autoDelete: true }, prefetchCount: 64 },
      };
const app = await NestFactory.createMicroservice<MicroserviceOptions>(EchoModule, { ...options, logger: false });
await app.listen();
console.log('ready');
