import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Post, Req, Res, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers } from '../http/openapi/answers.js';
import { invalidInput } from '../http/refusal.js';
import { callerOf } from '../http/request-context.js';
import { CommandBus } from './command-bus.js';
import type { Delivery } from './command-bus.js';
import { commandDoneSchema, commandRefusedSchema, failureReply, replyTo } from './command-reply.js';
import type { CommandReply } from './command-reply.js';
import { CommandEnvelopeDto } from './envelope.dto.js';

/** A single command is refused like a request, with its id; an envelope that cannot be read is a request like any other. */
function CommandRefusals(codes: Readonly<Record<number, string>>) {
  const schema = { oneOf: [{ $ref: '#/components/schemas/CommandRefused' }, { $ref: '#/components/schemas/Error' }] };
  return applyDecorators(
    ...Object.entries(codes).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, content: { 'application/json': { schema } } }),
    ),
  );
}

@ApiTags('commands')
@Controller('v0/commands')
export class CommandsController {
  constructor(private readonly bus: CommandBus) {}

  /**
   * Sends one command as JSON, or a batch as NDJSON, one envelope a line.
   *
   * The lines of a batch run one after another and are answered line by line; a bad line is answered with its fault
   * and the others go on.
   */
  @Post()
  @HttpCode(200)
  @Access('authenticated')
  @ApiOperation({ operationId: 'sendCommands', summary: 'Send commands.' })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiProduces('application/json', 'application/x-ndjson')
  @Answers(
    200,
    'What became of the command; of a batch, one a line.',
    z.union([commandDoneSchema, commandRefusedSchema]),
  )
  @CommandRefusals({
    400: 'The envelope or its payload is not valid, there is no such command, or what it asks is never allowed.',
    403: 'The sender may not do that, or may not act for the principal.',
    404: 'Something that the command names is not there.',
    409: 'Something else stands in the way, or the id was used for another command.',
    410: 'The share request or invitation has expired.',
  })
  @ApiBody({ type: CommandEnvelopeDto })
  async send(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandReply | Readable> {
    if (typeof body === 'string') {
      void reply.header('content-type', 'application/x-ndjson; charset=utf-8');
      return Readable.from(this.#runLines(body, request));
    }
    const envelope = this.bus.parse(body);
    const answer = replyTo(envelope.id, await this.bus.dispatch(envelope, deliveryOf(request)));
    if ('code' in answer) void reply.status(answer.code);
    if ('code' in answer && answer.code === 409) void reply.header('x-should-retry', 'false');
    return answer;
  }

  async *#runLines(text: string, request: FastifyRequest): AsyncGenerator<string> {
    let number = 0;
    for (const line of text.split('\n')) {
      number++;
      if (line.trim() === '') continue;
      yield `${JSON.stringify(await this.#runLine(line, number, request))}\n`;
    }
  }

  async #runLine(
    line: string,
    number: number,
    request: FastifyRequest,
  ): Promise<CommandReply & { readonly line: number }> {
    let id: string | null = null;
    try {
      const envelope = this.bus.parse(parsed(line, number));
      ({ id } = envelope);
      return { line: number, ...replyTo(id, await this.bus.dispatch(envelope, deliveryOf(request))) };
    } catch (thrown) {
      const reply = failureReply(id, thrown);
      if (reply.outcome === 'failed') request.log.error({ err: thrown, line: number }, 'command failed');
      return { line: number, ...reply };
    }
  }
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (fault) {
    throw invalidInput(
      'broken-json',
      `Line ${number} is not JSON: ${fault instanceof Error ? fault.message : String(fault)}`,
    );
  }
}

function deliveryOf(request: FastifyRequest): Delivery {
  return {
    sender: callerOf(request),
    via: 'bus-http',
    receivedAt: new Date().toISOString(),
    correlationId: request.tagalong.correlationId,
  };
}
