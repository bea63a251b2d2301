import 'reflect-metadata';
import { Body, Controller, Get, Header, Put, ValidationPipe } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PushTagBodyDto } from '../../../src/images/images.dto.js';

let listBody = '[]';

/** What a plain Nest service does with the same input: validates it through the stock pipe and answers. */
class PeerController {
  push(body: PushTagBodyDto): { digest: string } {
    return { digest: body.digest };
  }

  list(): string {
    return listBody;
  }
}

// Decorators are applied by hand: what runs this file does not emit their metadata.
Reflect.defineMetadata('design:paramtypes', [PushTagBodyDto], PeerController.prototype, 'push');
Reflect.defineMetadata('design:paramtypes', [], PeerController.prototype, 'list');
Body()(PeerController.prototype, 'push', 0);
decorate('push', Put('images/:type/:name/tags/:tag'));
decorate('list', Get('images'), Header('content-type', 'application/json; charset=utf-8'));
Controller('peer')(PeerController);

function decorate(method: 'push' | 'list', ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(PeerController.prototype, method);
  if (descriptor === undefined) throw new TypeError(`there is no ${method}`);
  for (const decorator of decorators) decorator(PeerController.prototype, method, descriptor);
}

class PeerModule {
  readonly name = 'peer';
}
const peer: DynamicModule = { module: PeerModule, controllers: [PeerController] };

/** Starts the peer on a free port and prints its address. */
const app = await NestFactory.create<NestFastifyApplication>(peer, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
process.on('message', (body) => {
  listBody = String(body);
  process.send?.('ready');
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.(await app.getUrl());
