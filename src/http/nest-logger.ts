import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Lets Nest log through the service's own logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(...line(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(...line(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(...line(message, rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(...line(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(...line(message, rest));
  }
}

/** Nest's last argument is the context the line comes from. */
function line(message: unknown, rest: readonly unknown[]): [object, string] {
  const context = rest.at(-1);
  const bindings = typeof context === 'string' ? { context } : {};
  return message instanceof Error ? [{ ...bindings, err: message }, message.message] : [bindings, String(message)];
}
