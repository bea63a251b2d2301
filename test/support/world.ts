import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Difference } from '../../src/audit/verify.js';
import type { CommandAnswer } from '../../src/command-bus/command-definition.js';
import type { ImageView } from '../../src/catalog/view/image.view.js';
import { verifyReadModel } from '../../src/composition/audit-runs.js';
import { openStores } from '../../src/composition/open-stores.js';
import type { Stores } from '../../src/composition/open-stores.js';
import { openTagalong } from '../../src/composition/tagalong.js';
import type { Tagalong } from '../../src/composition/tagalong.js';
import { readConfig } from '../../src/config/config.js';
import type { RecordedEvent } from '../../src/event-sourcing/event.js';
import { imageCodec } from '../../src/images/domain/image.codec.js';
import type { ImageEvent } from '../../src/images/domain/image.events.js';
import type { ResourceType } from '../../src/vocabulary/names.js';
import { imageStream } from '../../src/vocabulary/slot.js';
import { operator } from '../../src/workspaces/authorization/principal.js';
import type { Principal } from '../../src/workspaces/authorization/principal.js';
import { wholeLog } from './event-store/events.js';
import { MovableClock } from './world.clock.js';
import { settle } from './world.people.js';
import { WatchedStore } from './world.store.js';
import type { StoreHooks } from './world.store.js';
import type { People } from './world.people.js';
import { digestOf, slotOf } from './written-log.js';
import { embeddedPlaces } from './embedded-places.js';

/** The name of a slot: `workspace/type/name`. */
export type SlotName = `${string}/${ResourceType}/${string}`;

/** How one command is sent. */
export interface Sending {
  /** `sub` of a user, or the operator. Default: the operator. */
  readonly as?: string;
  /** Sent again with the same id it is the same command. Default: a new one. */
  readonly id?: string;
  readonly reason?: string;
  /** When it arrives: RFC 3339 in UTC with milliseconds. Default: now. */
  readonly arrives?: string;
}

export interface WorldOptions {
  readonly directory: string;
  readonly people?: People;
  readonly clock?: MovableClock;
  /** Settings that differ from those of a world for tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** In force before the service starts. */
  readonly hooks?: StoreHooks;
}

/** The whole service on a data directory, without its doors: commands go in by the bus. */
export class World {
  private constructor(
    readonly directory: string,
    readonly service: Tagalong,
    readonly clock: MovableClock,
    /** The event store, under the hand of the test. */
    readonly store: WatchedStore,
    private readonly stores: Stores,
  ) {}

  static async open(options: WorldOptions): Promise<World> {
    const { directory, people, clock = new MovableClock(), env = {} } = options;
    const config = readConfig({
      TAGALONG_DATA_DIR: directory,
      TAGALONG_OPERATOR_KEY: 'the-operator-key-of-a-test-world',
      TAGALONG_LOG_LEVEL: 'silent',
      ...env,
    });
    const stores = await openStores(embeddedPlaces(directory));
    const store = new WatchedStore(stores.events);
    store.hooks = options.hooks ?? {};
    const service = await openTagalong(config, pino({ level: 'silent' }), {
      clock,
      openStores: () => Promise.resolve({ ...stores, events: store }),
    });
    const world = new World(directory, service, clock, store, stores);
    if (people !== undefined) await world.welcome(people);
    return world;
  }

  /** Puts accounts, workspaces and members on record and waits until they are known. */
  async welcome(people: People): Promise<void> {
    const position = await settle(this.service.stores.events, people);
    if (position !== undefined) await this.service.projections.waitFor(position);
  }

  /** Sends a command. @throws Refusal when its payload is not valid */
  async send(type: string, data: Readonly<Record<string, unknown>>, sending: Sending = {}): Promise<CommandAnswer> {
    const { as, id = randomUUID(), reason, arrives = this.clock.text } = sending;
    const sender: Principal = as === undefined ? operator : { kind: 'user', sub: as };
    const envelope = { id, type, data, ...(reason !== undefined && { reason }) };
    const delivery = { sender, via: 'test', receivedAt: arrives, correlationId: id };
    return this.service.bus.dispatch(this.service.bus.parse(envelope), delivery);
  }

  /** The answer in one word: `accepted`, `already-so`, or the code of the rejection. */
  async ask(type: string, data: Readonly<Record<string, unknown>>, sending: Sending = {}): Promise<string> {
    return inAWord(await this.send(type, data, sending));
  }

  /** Waits until every subscriber has seen everything, what they append themselves included. */
  async settled(): Promise<void> {
    const { stores, projections } = this.service;
    for (;;) {
      const head = await stores.events.head();
      if (head === undefined) return;
      const passed = await projections.waitFor(head);
      if (!passed) throw new Error(`a subscriber has failed: ${JSON.stringify(projections.statuses())}`);
      if ((await stores.events.head()) === head) return;
    }
  }

  /** Waits until the catalog has passed everything there is now, and no longer. */
  async visible(): Promise<void> {
    const head = await this.service.stores.events.head();
    if (head !== undefined) await this.service.projections.get('catalog').waitFor(head);
  }

  /** What a workspace sees. */
  async list(workspace: string): Promise<readonly ImageView[]> {
    return JSON.parse((await this.service.catalog.images.list(workspace)).body) as ImageView[];
  }

  /** The facts of one slot, in order. */
  async story(slot: SlotName): Promise<readonly ImageEvent[]> {
    const recorded = await this.service.stores.events.readStream(imageStream(slotOf(slot)), { limit: 10_000 });
    return recorded.flatMap((event) => imageCodec.decode(event) ?? []);
  }

  /** The types of the facts of one slot, in order. */
  async plot(slot: SlotName): Promise<readonly string[]> {
    return (await this.story(slot)).map(({ type }) => type);
  }

  log(): Promise<readonly RecordedEvent[]> {
    return wholeLog(this.service.stores.events);
  }

  /** Replays everything into a fresh read model and compares it with the live one, which must have settled. */
  async differences(): Promise<readonly Difference[]> {
    const found: Difference[] = [];
    for await (const message of verifyReadModel(this.service.stores.events, this.service.stores.readModel)) {
      if (message.kind === 'difference') found.push(message.difference);
    }
    return found;
  }

  /** Ends in order. */
  close(): Promise<void> {
    return this.service.close();
  }

  /** Ends like a process that is killed: whatever was under way stays undone and unanswered. */
  async crash(): Promise<void> {
    this.store.vanish();
    this.clock.stop();
    await this.stores.close();
  }
}

/** An answer in one word: `accepted`, `already-so`, or the code of the rejection. */
export function inAWord(answer: CommandAnswer): string {
  return answer.kind === 'rejected' ? answer.rejection.code : answer.kind;
}

/** The fields of a payload that name a slot. */
export function at(slot: SlotName): {
  readonly workspace: string;
  readonly resourceType: string;
  readonly name: string;
} {
  return { ...slotOf(slot) };
}

/** The payload of a push; digests are told apart by a number. */
export function tagged(slot: SlotName, tag: string, digest: number): Readonly<Record<string, unknown>> {
  return { ...at(slot), tag, digest: digestOf(digest), size: 1_000 + digest };
}
