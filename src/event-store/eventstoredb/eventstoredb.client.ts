import { EventStoreDBClient, LEADER } from '@eventstore/db-client';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { AppendStream } from './append-stream.js';
import type { AppendAnswer, AppendRequest } from './append-messages.js';
import { securityOf } from './channel-security.js';
import { optionsOf } from './connection-string.js';

/** The part of a channel that is needed here. */
interface Channel {
  close(): void;
}

/**
 * The client library, with what it leaves loose tied up.
 *
 * - It keeps the appends under way of all clients of a process in one place, forgets all of them when the stream of any
 *   one breaks, and throws from an event handler, past everybody, when one that was forgotten is answered after all. It
 *   also asks a new server first what it can do, and keeps a failure to ask for ever. So appends have a stream of their
 *   own here, see {@link AppendStream}; everything else is the library's.
 * - A broken call makes it look for another node in the background; when none is found, nobody hears that promise fail.
 * - A client that was disposed of connects again for a call that was still looking for a node, and is then forgotten with
 *   its connection open. {@link end} is for good.
 */
export class SteadyClient extends EventStoreDBClient {
  /** Only where nodes are found by gossip can the addresses be reached that they tell of each other. */
  #leaderRequired = false;
  #ended = false;
  #channel: Channel | undefined;
  #opening: Promise<AppendStream> | undefined;
  #appends: AppendStream | undefined;

  /**
   * @param nth which one it is in this process; see {@link optionsOf}
   * @throws Error when it is no connection string, or names a file that cannot be read
   */
  static to(connectionString: string, nth = 0): SteadyClient {
    const options = optionsOf(connectionString, nth);
    const { hosts, dnsDiscover, defaultCredentials: credentials, nodePreference = LEADER } = options;
    const security = securityOf(options);
    const [endpoint] = hosts;
    if (endpoint === undefined) throw new Error('the connection string names no host');
    const leaderWanted = nodePreference === LEADER;
    if (dnsDiscover) {
      return new SteadyClient({ ...options, discover: endpoint }, security, credentials).#steady(leaderWanted);
    }
    if (hosts.length > 1) {
      return new SteadyClient({ ...options, endpoints: hosts }, security, credentials).#steady(leaderWanted);
    }
    return new SteadyClient({ ...options, endpoint }, security, credentials).#steady(false);
  }

  /** What reads are to be asked with: a follower may lag behind what was answered already. */
  get readOptions(): { readonly requiresLeader: boolean } {
    return { requiresLeader: this.#leaderRequired };
  }

  /**
   * Sends an append and waits for what becomes of it, however long that takes.
   *
   * @throws CommandError as the library does, but for a conflict, which is an answer
   */
  async append(request: AppendRequest): Promise<AppendAnswer> {
    const appends = await (this.#opening ??= this.#openAppends());
    return appends.append(request);
  }

  /** Ends everything that is open; nothing can be opened afterwards. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.dispose();
    this.#channel?.close();
  }

  #steady(leaderRequired: boolean): this {
    this.#leaderRequired = leaderRequired;
    const { getChannel, handleError } = this;
    this.getChannel = async () => {
      this.#requireOpen();
      const channel = await getChannel();
      this.#requireOpen(channel);
      if (channel !== this.#channel) this.#leaveAppends();
      this.#channel = channel;
      return channel;
    };
    this.handleError = async (client, error) => {
      try {
        await handleError(client, error);
      } catch {
        // Whoever makes the next call is told that no node was found.
      }
    };
    return this;
  }

  #requireOpen(channel?: Channel): void {
    if (!this.#ended) return;
    channel?.close();
    throw new Error('this connection to the event store was given up');
  }

  async #openAppends(): Promise<AppendStream> {
    const open = this.GRPCStreamCreator(streamsService.StreamsClient, 'append', (client) =>
      client.batchAppend(...this.callArguments({}, { deadline: Infinity })),
    );
    try {
      const stream: AppendStream = new AppendStream(await open(), () => {
        if (this.#appends === stream) this.#forgetAppends();
      });
      this.#appends = stream;
      return stream;
    } catch (fault) {
      this.#forgetAppends();
      throw fault;
    }
  }

  #forgetAppends(): void {
    this.#appends = undefined;
    this.#opening = undefined;
  }

  /** Appends to come go over the channel of the moment; those under way are answered where they were sent. */
  #leaveAppends(): void {
    const left = this.#appends;
    if (left === undefined) return;
    this.#forgetAppends();
    left.finish();
  }
}
