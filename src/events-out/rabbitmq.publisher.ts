import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { Logger } from 'pino';
import type { BrokerUrl } from '../broker/broker-url.js';
import { rabbitMqConnection } from '../broker/rabbitmq.connection.js';
import type { StandingConnection } from '../broker/standing-connection.js';
import { cloudEventMediaType } from '../catalog/feed/cloud-event.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { EventPublisher, OutgoingEvent } from './outgoing-event.js';
import { inTime, notPublished } from './publishing-fault.js';

const confirmMs = 10_000;

/**
 * Publishes to the durable topic exchange `PREFIX.events` with the routing key `WORKSPACE.TYPE`, such as
 * `team-a.tag.pushed`. Every message is confirmed by the broker: those that queues are bound for are then in them.
 */
export class RabbitMqPublisher implements EventPublisher {
  readonly #connection: StandingConnection<ChannelModel>;
  readonly #exchange: string;
  #channel: ConfirmChannel | undefined;

  constructor(
    broker: BrokerUrl,
    prefix: string,
    private readonly logger: Logger,
  ) {
    this.#exchange = `${prefix}.events`;
    this.#connection = rabbitMqConnection(broker, 'tagalong events', logger);
  }

  start(): void {
    this.#connection.use((connection) => this.#prepare(connection)).start();
  }

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    const channel = this.#channel;
    const { fault } = this.#connection;
    if (channel === undefined || fault !== undefined) throw notPublished(fault ?? 'there is no channel');
    try {
      for (const { workspace, type, event } of events) {
        channel.publish(this.#exchange, `${workspace}.${type}`, Buffer.from(JSON.stringify(event)), {
          persistent: true,
          contentType: cloudEventMediaType,
          messageId: event.id,
          type: event.type,
        });
      }
      await inTime(channel.waitForConfirms(), confirmMs);
    } catch (thrown) {
      if (thrown instanceof StoreUnavailableError) throw thrown;
      throw notPublished(thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #prepare(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (fault) => {
      this.logger.error({ reason: fault.message }, 'the channel for events broke');
    });
    channel.once('close', () => {
      if (this.#channel !== channel) return;
      this.#channel = undefined;
      connection.close().catch((err: unknown) => {
        this.logger.debug({ err }, 'the connection for events had ended before it was closed');
      });
    });
    await channel.assertExchange(this.#exchange, 'topic', { durable: true });
    this.#channel = channel;
  }
}
