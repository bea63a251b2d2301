import { textIn } from '../../support/platform.js';
import { Receiver, answering } from '../../support/webhooks/receiver.js';
import type { Recorder } from './recorder.js';

/** Creates webhooks, has them sent to, and looks at what became of that. */
export async function webhooksStory(recorder: Recorder): Promise<void> {
  const receiver = await Receiver.start();
  try {
    await sending(recorder, receiver);
  } finally {
    await receiver.stop();
  }
}

async function sending(recorder: Recorder, receiver: Receiver): Promise<void> {
  const workspace = 'build';
  const hooks = '/v0/webhooks';
  const create = (body: object, status = 200) => recorder.expect(status, 'POST', hooks, { workspace, body });
  await create({ url: 'ftp://example.com/' }, 400);
  await create({ url: 'http://169.254.169.254/latest' }, 400);
  await create({ url: receiver.url, events: ['no.such.type'] }, 400);
  const events = ['image.registered', 'tag.pushed'];
  const created = await create({ url: receiver.url, description: 'rebuilds the site', events });
  const hook = `${hooks}/${textIn(created.body, 'id')}`;
  const gone = `${hooks}/wh_0000000000`;

  receiver.behaviour = answering(500, {}, 'not now');
  const body = { digest: `sha256:${'7'.repeat(64)}`, size: 7 };
  await recorder.expect(200, 'PUT', '/v0/images/job/hooked/tags/v1', { workspace, body });
  await receiver.count(1);
  for (let waits = false; !waits;) {
    const pending = await recorder.expect(200, 'GET', `${hook}/deliveries?state=pending`, { workspace });
    waits = pending.text.includes('nextAttemptAt');
  }
  await recorder.expect(200, 'POST', `${hook}/test`, { workspace });
  receiver.behaviour = (_message, _n, response) => void response.destroy();
  await recorder.expect(200, 'POST', `${hook}/test`, { workspace });
  receiver.behaviour = answering(204);
  await recorder.expect(200, 'POST', `${hook}/test`, { workspace });
  await recorder.expect(404, 'POST', `${gone}/test`, { workspace });
  await recorder.expect(200, 'GET', hooks, { workspace });
  await recorder.expect(200, 'GET', hook, { workspace });
  await recorder.expect(404, 'GET', gone, { workspace });

  const page = await recorder.expect(200, 'GET', `${hook}/deliveries?limit=1`, { workspace });
  const cursor = page.headers.get('x-next-cursor');
  await recorder.expect(200, 'GET', `${hook}/deliveries?limit=1&cursor=${String(cursor)}`, { workspace });
  await recorder.expect(200, 'GET', `${hook}/deliveries?state=delivered`, { workspace });
  await recorder.expect(400, 'GET', `${hook}/deliveries?cursor=none`, { workspace });
  await recorder.expect(404, 'GET', `${gone}/deliveries`, { workspace });
  const [latest] = page.body as readonly unknown[];
  const delivery = `${hook}/deliveries/${textIn(latest, 'id')}`;
  await recorder.expect(200, 'POST', `${delivery}/redeliver`, { workspace });
  await recorder.expect(404, 'POST', `${hook}/deliveries/none/redeliver`, { workspace });

  await recorder.expect(200, 'GET', `${hook}/secret`, { workspace });
  await recorder.expect(200, 'POST', `${hook}/secret`, { workspace, body: {} });
  await recorder.expect(200, 'POST', `${hook}/secret`, { workspace, body: { atOnce: true } });
  await recorder.expect(404, 'GET', `${gone}/secret`, { workspace });
  for (const what of ['secret', 'disable', 'enable']) {
    const sent = what === 'secret' ? { body: {} } : {};
    await recorder.expect(404, 'POST', `${gone}/${what}`, { workspace, ...sent });
  }
  await recorder.expect(200, 'POST', `${hook}/disable`, { workspace });
  await recorder.expect(200, 'GET', hook, { workspace });
  await recorder.expect(200, 'POST', `${hook}/enable`, { workspace });
  await recorder.expect(404, 'DELETE', gone, { workspace });

  const another = await create({ url: receiver.url });
  await recorder.expect(200, 'DELETE', `${hooks}/${textIn(another.body, 'id')}`, { workspace });
  for (let n = 1; n < 20; n++) await create({ url: receiver.url });
  await create({ url: receiver.url }, 409);
}
