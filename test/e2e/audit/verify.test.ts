import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

let service: StartedService;
let platform: Platform;

beforeAll(async () => {
  service = await startService();
  platform = new Platform(service);
  await platform.account('acme', ['build', 'live']);
});

afterAll(async () => {
  await service.stop();
});

/** Pushes, moves and deletes tags, shares and deploys, all at once. */
async function work(rounds: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const image = `sandbox/web-${worker}`;
      for (let round = 0; round < rounds; round++) {
        await platform.push('build', image, `v${round % 5}`, round);
        if (round % 7 === 0) await platform.share('build', image, 'live');
        if (round % 7 === 3) await platform.call('DELETE', `/images/${image}/share/live`, { workspace: 'build' });
        const deployment = { kind: 'job', name: `nightly-${worker}`, image };
        if (round % 5 === 2) await platform.call('POST', '/deployments', { workspace: 'build', body: deployment });
      }
    }),
  );
}

describe('a verification', () => {
  it('is clean after busy hours, and during them', async () => {
    await work(30);
    const busy = work(30);
    const meanwhile = await platform.lines('POST', '/audit/verify');
    expect(meanwhile.filter(({ kind }) => kind === 'difference')).toEqual([]);
    expect(meanwhile.at(-1)).toMatchObject({ kind: 'result', ok: true, differences: 0 });
    await busy;

    const lines = await platform.lines('POST', '/audit/verify');
    const { events, rows, compared } = lines.at(-1) as {
      events: number;
      rows: number;
      compared: { projection: string }[];
    };
    expect(lines.at(-1)).toMatchObject({ kind: 'result', ok: true, differences: 0 });
    expect(events).toBeGreaterThan(8 * 60);
    expect(rows).toBeGreaterThan(events);
    expect(compared.map(({ projection }) => projection)).toEqual(
      expect.arrayContaining(['access', 'audit', 'catalog', 'storage-meter']),
    );
    const phases = lines.flatMap(({ kind, phase }) => (kind === 'progress' ? [phase] : []));
    expect([...new Set(phases)]).toEqual(['checking-store', 'replaying', 'comparing']);
    expect(phases.at(-1)).toBe('comparing');
  });

  it('is done one at a time', async () => {
    const asked = await Promise.all(Array.from({ length: 4 }, () => platform.ask('POST', '/audit/verify')));
    const refused = asked.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(4);
    for (const refusal of refused)
      expect(refusal).toMatchObject({ status: 409, body: { error: 'verification-running' } });
    expect((await platform.lines('POST', '/audit/verify')).at(-1)).toMatchObject({ ok: true });
  });

  it('ends when nobody waits for it any more', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${service.url}/v0/audit/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.operatorKey}` },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    leaving.abort();
    let again = 409;
    while (again === 409) again = (await platform.ask('POST', '/audit/verify')).status;
    expect(again).toBe(200);
    expect(service.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
  });

  it('is for the operator', async () => {
    const admin = await platform.robot('build', 'admin');
    const refused = await platform.ask('POST', '/audit/verify', { key: admin.key, workspace: 'build' });
    expect(refused).toMatchObject({ status: 403, body: { error: 'operator-required' } });
  });

  it('does not hold up the end of the service', async () => {
    const another = await startService();
    const busy = new Platform(another);
    await busy.account('acme', ['build']);
    for (let n = 0; n < 50; n++) await busy.push('build', 'job/etl', `v${n}`, n);
    const verifying = busy.ask('POST', '/audit/verify').then(
      ({ status }) => status,
      () => 'cut off',
    );
    await another.stop();
    expect([200, 503, 'cut off']).toContain(await verifying);
  });
});
