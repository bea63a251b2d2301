import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import type * as Tagalong from '../../../src/composition/tagalong.js';
import type * as Config from '../../../src/config/config.js';
import type * as Serve from '../../../src/serve.js';

/**
 * The built service as it is, but for one thing: a pushed tag goes nowhere. What a push costs on its way through the
 * edge, and no more.
 *
 * It is built by tsc, since what runs this file does not emit the metadata of decorators.
 */
async function built<M>(path: string): Promise<M> {
  const module: unknown = await import(pathToFileURL(resolve('dist', path)).href);
  return module as M;
}

const { readConfig } = await built<typeof Config>('config/config.js');
const { openTagalong } = await built<typeof Tagalong>('composition/tagalong.js');
const { createApp, createLogger } = await built<typeof Serve>('serve.js');

const config = readConfig(process.env);
const logger = createLogger(config);
const service = await openTagalong(config, logger);
const own = Object.create(service.images.own, {
  pushTag: {
    value: () => Promise.resolve({ kind: 'already-so', stream: '', revision: undefined, position: undefined }),
  },
}) as typeof service.images.own;
const images = Object.create(service.images, { own: { value: own } }) as typeof service.images;

const app = await createApp({ ...service, images }, logger);
await app.listen({ host: '127.0.0.1', port: 0 });
logger.info({ url: await app.getUrl(), data: config.dataDirectory }, 'listening');
process.once('SIGTERM', () => {
  void app.close().then(() => service.close());
});
