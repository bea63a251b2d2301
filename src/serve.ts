import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { BrokerStrategy } from './command-bus/broker/broker.strategy.js';
import { openTagalong } from './composition/tagalong.js';
import type { Tagalong } from './composition/tagalong.js';
import type { Config } from './config/config.js';
import type { LoadedOperatorKey } from './workspaces/authentication/operator-key.js';
import { NestLogger } from './http/nest-logger.js';
import { credentialReader } from './http/credential-reader.js';
import { serveOpenApi } from './composition/openapi.js';
import { createFastifyAdapter, prepareServer } from './http/server.js';

/** A service that answers requests. */
export interface RunningService {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly service: Tagalong;
  /** Answers what is under way, bounded by the configured time, then releases everything. */
  stop(): Promise<void>;
}

/**
 * Starts the service.
 *
 * @throws Error when stores cannot be opened or the port is taken; the message says what to do
 */
export async function serve(config: Config, logger: Logger = createLogger(config)): Promise<RunningService> {
  const service = await openTagalong(config, logger);
  try {
    const app = await createApp(service, logger);
    await listen(app, config);
    await app.startAllMicroservices();
    const url = await app.getUrl();
    announce(service, url, logger);
    return { url, service, stop: () => stop(app, service, logger) };
  } catch (fault) {
    await service.close();
    throw fault;
  }
}

/**
 * Writes JSON lines to standard output: several at a time and at the latest a moment after they were said, because a
 * write for each costs a good part of the request it tells of. What was said is written before the process ends, but
 * for a kill.
 */
export function createLogger({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  const lines = pino.destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 100 });
  return pino(
    { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['req.headers'] },
    lines,
  );
}

/** The doors of an open service, not listening yet. */
export async function createApp(service: Tagalong, logger: Logger): Promise<NestFastifyApplication> {
  const { config } = service;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(service),
    createFastifyAdapter(config, logger),
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  await prepareServer(app, config, logger, credentialReader(service.authenticator));
  serveOpenApi(app, service.bus);
  await app.init();
  if (service.link !== undefined) {
    app.connectMicroservice({ strategy: new BrokerStrategy(service.link) });
  }
  return app;
}

async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (fault) {
    throw new Error(`cannot listen on ${host}, port ${port}: ${listenFault(fault)}`, { cause: fault });
  }
}

function listenFault(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return 'another process listens there; stop that one, or choose another port with TAGALONG_PORT';
    case 'EACCES':
      return 'this user may not; choose a port from 1024 on with TAGALONG_PORT';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address; choose another with TAGALONG_HOST';
    default:
      return fault instanceof Error ? fault.message : String(fault);
  }
}

function announce({ operatorKey, config, cluster }: Tagalong, url: string, logger: Logger): void {
  sayWhichKey(operatorKey, logger);
  const node = cluster?.().node;
  logger.info(
    { url, ...(node !== undefined && { node }), data: config.dataDirectory, operatorKey: whereabouts(operatorKey) },
    `Tagalong listens on ${url}`,
  );
}

function sayWhichKey(key: LoadedOperatorKey, logger: Logger): void {
  if (key.origin === 'created') {
    logger.info({ file: key.path }, 'an operator key was made; only its owner can read the file');
  } else if (key.origin === 'shared' && key.ignoredFile !== undefined) {
    logger.warn(
      { file: key.ignoredFile },
      'the operator key in this file is not in force: the nodes share that of another one. Delete the file if it is of no use',
    );
  }
}

function whereabouts(key: LoadedOperatorKey): string {
  switch (key.origin) {
    case 'environment':
      return 'from the environment';
    case 'shared':
      return 'on the node that made it';
    case 'file':
    case 'created':
      return key.path;
  }
}

async function stop(app: NestFastifyApplication, service: Tagalong, logger: Logger): Promise<void> {
  const grace = setTimeout(() => {
    logger.warn('requests were still under way when the time for shutting down was over');
    app.getHttpServer().closeAllConnections();
  }, service.config.shutdownMs);
  try {
    // Messages come until their link is closed, and closing the server may take a while.
    await Promise.all([service.link?.close(), app.close()]);
  } finally {
    clearTimeout(grace);
    await service.close();
  }
}
