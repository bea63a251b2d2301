import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { principalName } from '../workspaces/authorization/principal.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import { OpenConnections } from './open-connections.js';
import { answerBrokenRequest, answerUnreadableAddress } from './protocol-errors.js';
import { Refusal } from './refusal.js';
import { acceptBodies } from './request-bodies.js';
import { beginContext, checkApiVersion, correlationIdOf } from './request-context.js';
import { securityHeaders } from './security-headers.js';
import { ShuttingDownError } from './shutting-down.error.js';

/** Finds the holder of the credential in a request's headers; `undefined` when none was sent. */
export interface Authenticator {
  /** @throws Refusal when a credential was sent that is not valid */
  authenticate(headers: FastifyRequest['headers']): Principal | undefined | Promise<Principal | undefined>;
}

/** The HTTP server beneath Nest. */
export function createFastifyAdapter(config: Config, logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
    bodyLimit: config.bodyLimit,
    trustProxy: config.trustProxy,
    // Long enough for the longest image name in percent-encoded form.
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    // Whatever the log says of a request, it says under the id that the answer carries.
    genReqId: correlationIdOf,
    frameworkErrors: answerUnreadableAddress,
    clientErrorHandler: answerBrokenRequest,
    // Refused below, like everything else.
    return503OnClosing: false,
  });
}

/** Hooks and plugins that every request passes before Nest sees it. */
export async function prepareServer(
  app: NestFastifyApplication,
  config: Config,
  logger: Logger,
  authenticator: Authenticator,
): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();

  const connections = new OpenConnections(fastify);
  fastify.decorateRequest('tagalong');
  const security = securityHeaders();
  fastify.addHook('onRequest', async (request, reply) => {
    const context = beginContext(request);
    request.tagalong = context;
    void reply.headers(security).header('x-correlation-id', context.correlationId);
    if (connections.areClosing) throw new ShuttingDownError();
    checkApiVersion(request);
    try {
      const found = authenticator.authenticate(request.headers);
      const caller = found instanceof Promise ? await found : found;
      if (caller !== undefined) context.caller = caller;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      context.refusal = thrown;
    }
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logResponse(logger, request, reply);
    done();
  });

  if (config.rateLimit > 0) {
    await app.register(rateLimit, {
      global: true,
      max: config.rateLimit,
      timeWindow: 1_000,
      cache: 20_000,
      // Who is not known counts by address, so that guessing keys does not escape the limit.
      keyGenerator: ({ tagalong, ip }) => (tagalong.caller === undefined ? ip : principalName(tagalong.caller)),
      errorResponseBuilder: () =>
        new Refusal({
          code: 'rate-limited',
          category: 'rate-limited',
          message: `More than ${config.rateLimit} requests in a second. Wait as long as Retry-After says, then go on.`,
        }),
    });
  }
  acceptBodies(fastify);
}

/** One line per request: changes at `info`, reading at `debug`. */
function logResponse(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const level = request.method === 'GET' || request.method === 'HEAD' ? 'debug' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const { correlationId, caller, workspace } = request.tagalong;
  logger[level](
    {
      correlationId,
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      principal: caller === undefined ? undefined : principalName(caller),
      workspace,
    },
    'request',
  );
}
