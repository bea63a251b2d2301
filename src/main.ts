import { ConfigError, readConfig } from './config/config.js';
import { createLogger, serve } from './serve.js';

/** Starts the service and stops it in order when the process is asked to end. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config);
  const running = await serve(config, logger);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'finishing what is under way');
    running.stop().then(
      () => {
        logger.info('stopped');
      },
      (err: unknown) => {
        logger.error({ err }, 'could not stop in order');
        process.exitCode = 1;
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((fault: unknown) => {
  const message = fault instanceof Error ? fault.message : String(fault);
  process.stderr.write(`tagalong cannot start: ${message}\n`);
  if (!(fault instanceof ConfigError) && process.env['TAGALONG_LOG_LEVEL'] === 'debug' && fault instanceof Error) {
    process.stderr.write(`${fault.stack ?? ''}\n`);
  }
  process.exitCode = 1;
});
