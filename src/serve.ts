import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { openTagalong } from './composition/tagalong.js';
import type { Tagalong } from './composition/tagalong.js';
import type { Config } from './config/config.js';
import { NestLogger } from './http/nest-logger.js';
import { credentialReader } from './http/credential-reader.js';
import { serveOpenApi } from './http/openapi.js';
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
    await app.listen({ host: config.host, port: config.port });
    const url = await app.getUrl();
    announce(service, url, logger);
    return { url, service, stop: () => stop(app, service, logger) };
  } catch (fault) {
    await service.close();
    throw fault;
  }
}

export function createLogger({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['req.headers'] });
}

async function createApp(service: Tagalong, logger: Logger): Promise<NestFastifyApplication> {
  const { config } = service;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.for(service),
    createFastifyAdapter(config, logger),
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  await prepareServer(app, config, logger, credentialReader(service.authenticator));
  serveOpenApi(app);
  await app.init();
  return app;
}

function announce({ operatorKey, config }: Tagalong, url: string, logger: Logger): void {
  if (operatorKey.origin === 'created') {
    logger.info({ file: operatorKey.path }, 'an operator key was made; only its owner can read the file');
  }
  logger.info(
    { url, data: config.dataDirectory, operatorKey: operatorKey.path ?? 'from the environment' },
    `Tagalong listens on ${url}`,
  );
}

async function stop(app: NestFastifyApplication, service: Tagalong, logger: Logger): Promise<void> {
  const grace = setTimeout(() => {
    logger.warn('requests were still under way when the time for shutting down was over');
    app.getHttpServer().closeAllConnections();
  }, service.config.shutdownMs);
  try {
    await app.close();
  } finally {
    clearTimeout(grace);
    await service.close();
  }
}
