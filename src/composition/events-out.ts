import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Position } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import { eventsOut } from '../events-out/events-out.projection.js';
import { NatsPublisher } from '../events-out/nats.publisher.js';
import { RabbitMqPublisher } from '../events-out/rabbitmq.publisher.js';

/** What takes events to a broker, and the connection it does it over. */
export interface EventsOut {
  readonly projection: Projection;
  start(): void;
  close(): Promise<void>;
}

/** Events to the broker that the configuration names, if it names one; not started yet. */
export function createEventsOut(
  { eventsBroker, brokerPrefix }: Pick<Config, 'eventsBroker' | 'brokerPrefix'>,
  published: () => Position | undefined,
  logger: Logger,
): EventsOut | undefined {
  if (eventsBroker === undefined) return undefined;
  const publisher =
    eventsBroker.kind === 'nats'
      ? new NatsPublisher(eventsBroker, brokerPrefix, logger)
      : new RabbitMqPublisher(eventsBroker, brokerPrefix, logger);
  return {
    projection: eventsOut(publisher, published),
    start: () => {
      publisher.start();
    },
    close: () => publisher.close(),
  };
}
