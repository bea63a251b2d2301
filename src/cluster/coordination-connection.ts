import { Socket } from 'node:net';
import pg from 'pg';
import { columnTypes } from '../read-model/postgres/column-types.js';
import { asKernelFault } from '../read-model/postgres/postgres.faults.js';
import type { PostgresSettings } from '../read-model/postgres/postgres.settings.js';
import { sessionOptions } from '../read-model/postgres/session-options.js';

/** After so long without an answer a connection is given up: it hangs. */
const answerWithinMs = 900;
const connectWithinMs = 2_000;

type Row = Readonly<Record<string, unknown>>;

/** A connection of its own to PostgreSQL, on which every answer comes soon or not at all. */
export class CoordinationConnection {
  private constructor(
    private readonly client: pg.Client,
    private readonly socket: Socket,
  ) {}

  /**
   * @param lost called when it breaks while nobody waits for an answer
   * @throws StoreUnavailableError when the server cannot be reached in time
   */
  static async open(settings: PostgresSettings, lost: (error: Error) => void): Promise<CoordinationConnection> {
    const socket = new Socket();
    const client = new pg.Client({
      ...sessionOptions(settings, 'coordinating'),
      types: columnTypes,
      stream: () => socket,
      keepAlive: true,
      connectionTimeoutMillis: Math.min(connectWithinMs, settings.connectTimeoutMs),
      query_timeout: answerWithinMs,
    });
    client.on('error', lost);
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw asKernelFault(error);
    }
    return new CoordinationConnection(client, socket);
  }

  /** @throws StoreUnavailableError when there is no answer in time; close it then */
  async run(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return (await this.client.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw asKernelFault(error);
    }
  }

  /** Calls back with what is told on channels it listens on. */
  onNotice(listener: (payload: string) => void): void {
    this.client.on('notification', ({ payload = '' }) => {
      listener(payload);
    });
  }

  /** Ends it at once, whether the server answers or not. */
  close(): void {
    this.socket.destroy();
  }
}
