import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStores } from '../../../src/composition/open-stores.js';
import type { NewEvent } from '../../../src/event-sourcing/event.js';
import type { EventStore } from '../../../src/event-sourcing/event-store.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import { imageStream } from '../../../src/vocabulary/slot.js';
import { newApiKey } from '../../../src/workspaces/authentication/api-key.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';
import { apiOf } from '../../support/api.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { startService } from '../../support/service.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const slot = slotOf('alpha/sandbox/web');
const [valid, revoked] = [newApiKey(), newApiKey()];
const clientId = 'sa_robot';

/** Two keys are issued, much happens, one key is revoked. */
async function writeLog(store: EventStore, pushes: number): Promise<void> {
  const log = new WrittenLog(store);
  const inWorkspace = (event: WorkspaceEvent) => log.write(workspaceStream('alpha'), workspaceCodec, event);
  await inWorkspace({ type: 'WorkspaceCreated', data: { accountId: 'one', displayName: 'alpha', labels: {} } });
  const account = { clientId, name: 'robot', description: '', mayActForOthers: false };
  await inWorkspace({ type: 'ServiceAccountCreated', data: account });
  await inWorkspace({ type: 'MemberAdded', data: { principal: `service-account:${clientId}`, role: 'member' } });
  for (const { keyId, hash } of [valid, revoked]) {
    await inWorkspace({ type: 'ApiKeyIssued', data: { keyId, clientId, name: 'key', hash } });
  }
  await log.image(slot, { type: 'ImageRegistered', data: {} });
  const many = 1_000;
  for (let at = 0; at < pushes; at += many) {
    const group = Array.from({ length: many }, (_, n) => push(at + n));
    expect(await store.append(imageStream(slot), BigInt(at), group)).toMatchObject({ kind: 'appended' });
  }
  await inWorkspace({ type: 'ApiKeyRevoked', data: { keyId: revoked.keyId, clientId } });
}

function push(n: number): NewEvent {
  const { type, data, schemaVersion } = imageCodec.encode(pushed(`t${n % 10}`, digestOf(n), n));
  const at = { correlationId: 'c', principal: 'user:ann', via: 'test', occurredAt: '2026-01-02T03:04:05.678Z' };
  return { id: randomUUID(), type, data, metadata: { ...at, commandId: randomUUID(), schemaVersion } };
}

it('lets nobody in by a read model that is still being built: no revoked key, no list that is short', async () => {
  const directory = await temporaryDirectory();
  const stores = await openStores(directory.path);
  const pushes = 60_000;
  await writeLog(stores.events, pushes);
  await stores.close();

  const service = await startService({ dataDir: directory.path });
  const api = apiOf(service.url);
  const ask = (key: string) => api('GET', '/v0/images/sandbox/web', { key, workspace: 'alpha' });
  for (;;) {
    const byRevoked = await ask(revoked.key);
    const byOperator = await ask(service.operatorKey);
    const byValid = await ask(valid.key);
    if (byValid.status === 200) {
      expect(JSON.stringify(byValid.body)).toContain(digestOf(pushes - 1));
      break;
    }
    for (const { status, body } of [byRevoked, byValid]) {
      expect({ status, body }).toMatchObject({ status: 503, body: { error: 'store-unavailable' } });
    }
    expect([200, 503]).toContain(byOperator.status);
    await pause(20);
  }
  expect(await ask(revoked.key)).toMatchObject({ status: 401, body: { error: 'credential-revoked' } });
  await service.stop();
  await directory.remove();
});
