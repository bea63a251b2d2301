import { HTTP } from 'cloudevents';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventsOut } from '../../../src/composition/events-out.js';
import { readConfig } from '../../../src/config/config.js';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { eventsOutName } from '../../../src/events-out/events-out.projection.js';
import { listenOnNats, listenOnRabbitMq } from '../../support/brokers/listening.js';
import type { Heard, Listening } from '../../support/brokers/listening.js';
import { ownPrefix } from '../../support/brokers/raw-bus.js';
import { natsIsThere, natsUrl, rabbitMqIsThere, rabbitMqUrl } from '../../support/brokers/reachable.js';
import { tcpProxy } from '../../support/tcp-proxy.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { eventually } from '../../support/eventually.js';
import { World, at, tagged } from '../../support/world.js';
import type { SlotName } from '../../support/world.js';
import { projected } from '../../support/projected.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import type { People } from '../../support/world.people.js';
import { people } from '../webhooks/hooked-world.js';

const brokers = [
  { name: 'NATS', url: natsUrl, isThere: natsIsThere, listen: listenOnNats },
  { name: 'RabbitMQ', url: rabbitMqUrl, isThere: rabbitMqIsThere, listen: listenOnRabbitMq },
] as const;

for (const { name, url, isThere, listen } of brokers) {
  describe.skipIf(!isThere)(`events on ${name}`, () => {
    let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
    let proxy: TcpProxy;
    let listening: Listening;
    let world: World;
    let env: Readonly<Record<string, string>>;
    let digest = 0;

    const open = async (there: People) => {
      world = await World.open({ directory: directory.path, people: there, env });
    };
    beforeEach(async () => {
      directory = await temporaryDirectory();
      proxy = await tcpProxy(url);
      const prefix = ownPrefix();
      listening = await listen(prefix);
      env = {
        TAGALONG_EVENTS_URL: url.replace(new URL(url).host, proxy.host),
        TAGALONG_COMMAND_BUS_PREFIX: prefix,
      };
      await open(people);
    });
    afterEach(async () => {
      await world.close();
      await listening.close();
      await proxy.close();
      await directory.remove();
    });

    const push = async (slot: SlotName, ...tags: readonly string[]) => {
      for (const tag of tags) {
        digest += 1;
        expect(await world.ask('PushTag', tagged(slot, tag, digest))).toBe('accepted');
      }
    };
    const heard = (count: number): Promise<readonly Heard[]> =>
      eventually(`${count} events`, () => (listening.heard.length >= count ? listening.heard : undefined));
    const status = () => world.service.projections.get(eventsOutName).status();

    it('come for each workspace, in order, as CloudEvents', async () => {
      await push('alpha/sandbox/base', 'v1');
      await world.ask('ShareImage', { ...at('alpha/sandbox/base'), targetWorkspace: 'beta' });
      await push('alpha/sandbox/base', 'v2');
      const messages = await heard(6);
      expect(messages.map(({ key }) => key)).toEqual([
        'alpha.image.registered',
        'alpha.tag.pushed',
        'alpha.image.shared-out',
        'beta.image.shared-in',
        'alpha.tag.pushed',
        'beta.tag.pushed',
      ]);
      const events = messages.map(({ contentType, body }) => {
        const event = HTTP.toEvent<unknown>({ headers: { 'content-type': String(contentType) }, body });
        if (Array.isArray(event)) throw new Error('a batch in place of an event');
        return event;
      });
      expect(events.at(-1)).toMatchObject({
        source: '/workspaces/beta',
        type: 'tagalong.tag.pushed',
        subject: 'sandbox/base',
        data: { workspace: 'beta', sourceWorkspace: 'alpha', tag: 'v2' },
      });
      expect(events.at(-1)).toMatchObject({ id: (events.at(-2) as { readonly id?: string }).id });
      expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(name === 'NATS' ? 6 : 5);
    });

    it('wait for a broker that is away, lose nothing, and keep nobody else waiting', async () => {
      await push('alpha/sandbox/base', 'v1');
      await heard(2);
      await proxy.cut();
      await push('alpha/sandbox/base', 'v2', 'v3');
      await world.visible();
      expect((await world.list('alpha')).length).toBe(1);
      const fault = await eventually('a fault', () => status().fault);
      expect(fault.message).toMatch(/events cannot be published: .*; trying again/);
      expect(JSON.stringify(fault)).not.toContain('guest:guest');
      await push('alpha/sandbox/base', 'v4');
      await proxy.restore();
      const tags = () => [
        ...new Set(
          listening.heard.flatMap(({ body }) => {
            const { data } = JSON.parse(body) as { readonly data: { readonly tag?: string } };
            return data.tag ?? [];
          }),
        ),
      ];
      await eventually('all tags', () => (tags().length === 4 ? true : undefined));
      expect(tags()).toEqual(['v1', 'v2', 'v3', 'v4']);
      await world.settled();
      expect(status().fault).toBeUndefined();
    });

    it('are not published again by a restart, or by building anew who is told', async () => {
      await push('alpha/job/etl', 'v1');
      await world.ask('ShareImage', { ...at('alpha/job/etl'), targetWorkspace: 'beta' });
      await world.settled();
      await world.close();
      await open({ accounts: {}, workspaces: {} });
      await world.service.projections.steer(eventsOutName, 'rebuild');
      await push('alpha/job/etl', 'v2');
      expect((await heard(6)).map(({ key }) => key).slice(4)).toEqual(['alpha.tag.pushed', 'beta.tag.pushed']);
      await world.settled();
      expect(listening.heard).toHaveLength(6);
    });

    it('of an image that is shared with very many reach them all', async () => {
      const targets = Array.from({ length: 1_200 }, (_, n) => `team-${n}`);
      const store = new InMemoryEventStore();
      const log = new WrittenLog(store);
      await log.image(slotOf('alpha/agent/popular'), { type: 'ImageRegistered', data: {} });
      for (const target of targets) {
        const data = { shareId: `s-${target}`, source: 'alpha' };
        await log.image(slotOf(`${target}/agent/popular`), { type: 'SharedImageReceived', data });
      }
      const before = await store.head();
      await log.image(slotOf('alpha/agent/popular'), pushed('v2', digestOf(2), 2));
      const config = readConfig(env);
      const publishing = createEventsOut(config, () => before, pino({ level: 'silent' }));
      if (publishing === undefined) throw new Error('there is no broker');
      publishing.start();
      const readModel = await eventually('a connection', () =>
        projected(store, [publishing.projection]).catch((fault: unknown) => {
          if (fault instanceof StoreUnavailableError) return undefined;
          throw fault;
        }),
      );
      await readModel.close();
      await publishing.close();
      const messages = await heard(1 + targets.length);
      expect(new Set(messages.map(({ key }) => key))).toEqual(
        new Set(['alpha', ...targets].map((workspace) => `${workspace}.tag.pushed`)),
      );
    });
  });
}
