import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { startService } from '../../support/service.js';
import { FeedPlatform } from './feed-platform.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  directory = await temporaryDirectory();
});

afterAll(() => directory.remove());

const operatorKey = 'the-operator-key-of-the-feed-tests';

async function start(): Promise<FeedPlatform> {
  return new FeedPlatform(await startService({ dataDir: directory.path, env: { TAGALONG_OPERATOR_KEY: operatorKey } }));
}

describe('a feed over restarts', () => {
  it(
    'has no gap and no repeat when the service is killed and started again, and lets it stop',
    { timeout: 120_000 },
    async () => {
      let platform = await start();
      await platform.account('acme', ['build', 'live']);
      await platform.push('build', 'sandbox/web', 'begin', 1);
      await platform.share('build', 'sandbox/web', 'live');

      const ids: string[] = [];
      const tags: unknown[] = [];
      let lastId: string | undefined;
      let pushed = 0;
      const push = async (): Promise<void> => {
        await platform.push('build', 'sandbox/web', `t${++pushed}`, pushed);
      };
      for (let life = 0; life < 3; life++) {
        const reader = await platform.listen(
          'live',
          lastId === undefined ? {} : { headers: { 'last-event-id': lastId } },
        );
        await reader.untilCaughtUp();
        // Some tags are read before the end, some are on their way, and some come while nobody listens.
        for (let n = 0; n < 5; n++) await push();
        await reader.until(({ events }) => events.length >= 3);
        if (life === 1) reader.close();
        for (let n = 0; n < 5; n++) await push();
        await platform.service.kill();
        await reader.untilEnd();
        for (const { id = '', data } of reader.events) {
          ids.push(id);
          tags.push(data?.['tag']);
        }
        lastId = reader.lastId;
        platform = await start();
      }

      const last = await platform.listen('live', { headers: { 'last-event-id': lastId ?? '' } });
      await last.untilCaughtUp();
      tags.push(...last.events.map(({ data }) => data?.['tag']));
      ids.push(...last.events.map(({ id = '' }) => id));
      expect(tags).toEqual(Array.from({ length: pushed }, (_, n) => `t${n + 1}`));
      expect(ids).toEqual([...new Set(ids)].sort());

      // A stream that is open does not hold up a shutdown.
      await platform.service.stop();
      await last.untilEnd();
    },
  );
});
