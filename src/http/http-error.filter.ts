import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toErrorResponse } from './error-response.js';

/** The one place where refusals and faults become answers. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { body, headers, isFault } = toErrorResponse(thrown);
    if (isFault) request.log.error({ err: thrown }, 'request failed');
    else request.log.debug({ refused: body.error }, body.message);
    void reply.status(body.code).headers(headers).send(body);
  }
}
