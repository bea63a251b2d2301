import type { Logger } from 'pino';
import type { BrokerLink } from '../command-bus/broker/broker-answer.js';
import { NatsLink } from '../command-bus/broker/nats.link.js';
import { RabbitMqLink } from '../command-bus/broker/rabbitmq.link.js';
import type { Config } from '../config/config.js';

/** The link to the broker that the configuration names, not started yet. */
export function brokerLink(config: Config, logger: Logger): BrokerLink | undefined {
  const { broker } = config;
  switch (broker?.kind) {
    case undefined:
      return undefined;
    case 'nats':
      return new NatsLink(broker, config, logger);
    case 'rabbitmq':
      return new RabbitMqLink(broker, config, logger);
  }
}
