import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import { FileServiceSecrets } from '../../../src/service-secrets/file.service-secrets.js';
import type { SecretPlaces } from '../../../src/service-secrets/secret-places.js';
import { loadServiceSecret } from '../../../src/service-secrets/service-secret.js';
import type { SecretName, ServiceSecrets } from '../../../src/service-secrets/service-secrets.js';
import { publicKeyOf } from '../../../src/message-token/signing-key.js';
import { keyDigest } from '../../../src/workspaces/authentication/api-key.js';
import { loadOperatorKey } from '../../../src/workspaces/authentication/operator-key.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { PostgresSite, asSuperuser, describePostgres } from '../../support/postgres/postgres-site.js';

const text = async (directory: string, file: string): Promise<string> =>
  (await readFile(join(directory, file), 'utf8')).trim();

const forOnePurpose = ({ secret }: Awaited<ReturnType<typeof loadServiceSecret>>): string =>
  Buffer.from(secret.derive('a purpose')).toString('hex');

describePostgres('secrets that several nodes share', () => {
  let site: PostgresSite;
  let readModel: PostgresReadModel<unknown>;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    site = new PostgresSite();
    readModel = await site.open();
  });
  afterEach(async () => {
    await readModel.close();
    await site.dispose();
    await directory.remove();
  });

  const dataOf = (name: string): string => join(directory.path, name);
  const node = (name: string, shared: ServiceSecrets = readModel.secrets): SecretPlaces => ({
    files: new FileServiceSecrets(dataOf(name)),
    shared,
  });

  /** As after `DROP SCHEMA`, with every node stopped. */
  async function dropSchema(): Promise<void> {
    await readModel.close();
    await asSuperuser(`DROP SCHEMA "${site.settings.schema}" CASCADE`);
    readModel = await site.open();
  }

  it('the operator key that one node makes is that of all, its file stays on that node', async () => {
    const made = await loadOperatorKey(undefined, node('a'));
    expect(made).toMatchObject({ origin: 'created', path: join(dataOf('a'), 'operator.key') });
    const other = await loadOperatorKey(undefined, node('b'));
    expect(other).toMatchObject({ origin: 'shared', ignoredFile: undefined });
    const key = await text(dataOf('a'), 'operator.key');
    expect(made.key.matches(keyDigest(key))).toBe(true);
    expect(other.key.matches(keyDigest(key))).toBe(true);
    expect(other.key.matches(keyDigest(`${key}x`))).toBe(false);
    expect(other.key.publicKey).toBe(publicKeyOf(key));
    expect(await readModel.secrets.find('operator-key')).not.toContain(key);
    await expect(readdir(dataOf('b'))).resolves.toEqual([]);
  });

  it('one key is made by nodes that start at the same moment', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const loaded = await Promise.all(names.map((name) => loadOperatorKey(undefined, node(name))));
    const made = loaded.flatMap((key) => (key.origin === 'created' ? [key] : []));
    expect(made).toHaveLength(1);
    const files = (await Promise.all(names.map((name) => readdir(dataOf(name))))).flat();
    expect(files).toEqual(['operator.key']);
    const key = (await readFile(made[0]?.path ?? '', 'utf8')).trim();
    for (const each of loaded) expect(each.key.matches(keyDigest(key))).toBe(true);
  });

  it('a key of the environment goes before, and is not shared', async () => {
    const given = await loadOperatorKey('an-operator-key-of-the-environment', node('a'));
    expect(given.origin).toBe('environment');
    expect(await readModel.secrets.find('operator-key')).toBeUndefined();
  });

  it('a node that has the file shares its key again when the schema was dropped', async () => {
    await loadOperatorKey(undefined, node('a'));
    await dropSchema();
    expect(await loadOperatorKey(undefined, node('a'))).toMatchObject({ origin: 'file' });
    const other = await loadOperatorKey(undefined, node('b'));
    expect(other.key.matches(keyDigest(await text(dataOf('a'), 'operator.key')))).toBe(true);
  });

  it('a file with another key is left alone and named', async () => {
    await loadOperatorKey(undefined, node('a'));
    const stray = await loadOperatorKey(undefined, { ...node('b'), shared: undefined });
    expect(stray.origin).toBe('created');
    const strayKey = await text(dataOf('b'), 'operator.key');
    const loaded = await loadOperatorKey(undefined, node('b'));
    expect(loaded).toMatchObject({ origin: 'shared', ignoredFile: join(dataOf('b'), 'operator.key') });
    expect(loaded.key.matches(keyDigest(strayKey))).toBe(false);
    expect(await text(dataOf('b'), 'operator.key')).toBe(strayKey);
  });

  it.each(['before', 'after'] as const)('a start that dies just %s its key was shared loses no key', async (moment) => {
    const dies = new DyingSecrets(readModel.secrets, moment);
    await expect(loadOperatorKey(undefined, node('a', dies))).rejects.toThrow('killed');
    expect(await readdir(dataOf('a'))).toEqual(['operator.key.new']);
    const draft = await text(dataOf('a'), 'operator.key.new');
    const again = await loadOperatorKey(undefined, node('a'));
    expect(again.origin).toBe('created');
    expect(again.key.matches(keyDigest(draft))).toBe(true);
    expect(await text(dataOf('a'), 'operator.key')).toBe(draft);
    expect(await readdir(dataOf('a'))).toEqual(['operator.key']);
  });

  it('a draft that others may have read, or half of one, is not proposed', async () => {
    await loadOperatorKey(undefined, node('a', new DyingSecrets(readModel.secrets, 'before'))).catch(() => undefined);
    const path = join(dataOf('a'), 'operator.key.new');
    const draft = await text(dataOf('a'), 'operator.key.new');
    await chmod(path, 0o644);
    await loadOperatorKey(undefined, node('a', new DyingSecrets(readModel.secrets, 'before'))).catch(() => undefined);
    const second = await text(dataOf('a'), 'operator.key.new');
    expect(second).not.toBe(draft);
    await writeFile(path, second.slice(0, 20));
    const loaded = await loadOperatorKey(undefined, node('a'));
    expect(loaded.key.matches(keyDigest(second.slice(0, 20)))).toBe(false);
    expect(loaded.key.matches(keyDigest(await text(dataOf('a'), 'operator.key')))).toBe(true);
  });

  it('the secret of the service is the same on all nodes, and any of them brings it back', async () => {
    const [one, other] = await Promise.all(['a', 'b'].map((name) => loadServiceSecret(undefined, node(name))));
    if (one === undefined || other === undefined) throw new Error('two were loaded');
    expect(forOnePurpose(other)).toBe(forOnePurpose(one));
    await dropSchema();
    for (const name of ['b', 'c']) {
      const loaded = await loadServiceSecret(undefined, node(name));
      expect(forOnePurpose(loaded)).toBe(forOnePurpose(one));
      expect(loaded.ignoredFile).toBeUndefined();
    }
  });

  it('a service that had its secret in a file takes it along, and a file that differs is named', async () => {
    const alone = await loadServiceSecret(undefined, { ...node('a'), shared: undefined });
    const stray = await loadServiceSecret(undefined, { ...node('b'), shared: undefined });
    expect(forOnePurpose(stray)).not.toBe(forOnePurpose(alone));
    expect(forOnePurpose(await loadServiceSecret(undefined, node('a')))).toBe(forOnePurpose(alone));
    const joined = await loadServiceSecret(undefined, node('b'));
    expect(forOnePurpose(joined)).toBe(forOnePurpose(alone));
    expect(joined.ignoredFile).toBe(join(dataOf('b'), 'service.secret'));
  });
});

/** The process ends while it proposes a secret. */
class DyingSecrets implements ServiceSecrets {
  constructor(
    private readonly inner: ServiceSecrets,
    private readonly moment: 'before' | 'after',
  ) {}

  find(name: SecretName): Promise<string | undefined> {
    return this.inner.find(name);
  }

  async settle(name: SecretName, proposed: string): Promise<string> {
    if (this.moment === 'after') await this.inner.settle(name, proposed);
    throw new Error('killed');
  }
}
