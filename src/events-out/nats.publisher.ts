import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { BrokerUrl } from '../broker/broker-url.js';
import { natsConnection } from '../broker/nats.connection.js';
import type { StandingConnection } from '../broker/standing-connection.js';
import { cloudEventMediaType } from '../catalog/feed/cloud-event.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { EventPublisher, OutgoingEvent } from './outgoing-event.js';
import { inTime, notPublished } from './publishing-fault.js';

const confirmMs = 10_000;

/**
 * Publishes to the subjects `PREFIX.events.WORKSPACE.TYPE`, such as `tagalong.events.team-a.tag.pushed`.
 *
 * Core NATS hands a message to whoever listens at that moment. A JetStream stream over the subjects keeps them, and
 * tells a repetition by its `Nats-Msg-Id`.
 */
export class NatsPublisher implements EventPublisher {
  readonly #connection: StandingConnection<NatsConnection>;

  constructor(
    broker: BrokerUrl,
    private readonly prefix: string,
    logger: Logger,
  ) {
    this.#connection = natsConnection(broker, 'tagalong events', logger);
  }

  start(): void {
    this.#connection.start();
  }

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    const connection = this.#connection.current;
    const { fault } = this.#connection;
    if (connection === undefined || fault !== undefined) throw notPublished(fault ?? 'there is no connection');
    const { headers } = await import('@nats-io/transport-node');
    try {
      for (const event of events) {
        const subject = `${this.prefix}.events.${event.workspace}.${event.type}`;
        connection.publish(subject, JSON.stringify(event.event), { headers: headersOf(event, headers()) });
      }
      await inTime(connection.flush(), confirmMs);
      // What the server refuses it says before it answers the flush, and not in that answer.
      if (this.#connection.fault !== undefined) throw notPublished(this.#connection.fault);
    } catch (thrown) {
      if (thrown instanceof StoreUnavailableError) throw thrown;
      throw notPublished(thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** One event goes to several workspaces, in the words of each. */
function headersOf({ workspace, event }: OutgoingEvent, headers: MsgHdrs): MsgHdrs {
  headers.set('content-type', cloudEventMediaType);
  headers.set('Nats-Msg-Id', `${event.id}/${workspace}`);
  return headers;
}
