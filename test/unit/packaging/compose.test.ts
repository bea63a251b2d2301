import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.js';

const service = z.looseObject({
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string() })).default([]),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
});
const file = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()),
  configs: z.record(z.string(), z.unknown()),
});

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = file.parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const { volumes, configs } = compose;

/** As compose does it when no variable is set. */
function withDefaults(value: string): string {
  return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}

function dependenciesOf({ depends_on: given }: z.infer<typeof service>): readonly string[] {
  return Array.isArray(given) ? given : Object.keys(given);
}

describe('docker-compose.yml', () => {
  test('starts the service alone when no profile is asked for', () => {
    expect(services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)).toEqual(['tagalong']);
  });

  test.each(services.filter(([name]) => name.startsWith('tagalong')))(
    '%s has settings that the service knows and takes',
    (_, { environment }) => {
      const settings = Object.entries(environment).filter(([name]) => name.startsWith('TAGALONG_'));
      expect(settings.length).toBeGreaterThan(0);
      readConfig(Object.fromEntries(settings.map(([name, value]) => [name, withDefaults(value)])));
    },
  );

  test('runs two nodes over the same stores and broker', () => {
    const nodes = ['tagalong-1', 'tagalong-2'].map((name) => {
      const { TAGALONG_NODE_NAME: node, ...shared } = compose.services[name]?.environment ?? {};
      return { node, shared };
    });
    expect(nodes.map(({ node }) => node)).toEqual(['tagalong-1', 'tagalong-2']);
    expect(nodes[0]?.shared).toEqual(nodes[1]?.shared);
    const config = readConfig(
      Object.fromEntries(
        Object.entries(nodes[0]?.shared ?? {})
          .filter(([name]) => name.startsWith('TAGALONG_'))
          .map(([name, value]) => [name, withDefaults(value)]),
      ),
    );
    expect([config.eventStore.kind, config.readModel.kind]).toEqual(['eventstoredb', 'postgres']);
  });

  test.each(services)('%s names only what the file declares, in a profile that has it', (_, described) => {
    const named = described.volumes
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => !/^[./]/.test(source));
    expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
    expect(Object.keys(configs)).toEqual(expect.arrayContaining(described.configs.map(({ source }) => source)));
    for (const dependency of dependenciesOf(described))
      expect(compose.services[dependency]?.profiles, dependency).toEqual(described.profiles);
  });

  test('gives every KurrentDB node the certificate that was made for it', () => {
    const nodes = services.filter(([name]) => name.startsWith('kurrentdb-'));
    expect(nodes).toHaveLength(3);
    for (const [name, { environment }] of nodes) {
      const number = name.slice('kurrentdb-'.length);
      expect(environment).toMatchObject({
        KURRENTDB_ADVERTISE_HOST_TO_CLIENT_AS: name,
        KURRENTDB_REPLICATION_IP: `172.30.240.1${number}`,
        KURRENTDB_CERTIFICATE_FILE: `/certificates/node${number}/node.crt`,
        KURRENTDB_CERTIFICATE_PRIVATE_KEY_FILE: `/certificates/node${number}/node.key`,
      });
      expect(environment['KURRENTDB_GOSSIP_SEED']?.split(',')).toEqual(
        [1, 2, 3].filter((other) => String(other) !== number).map((other) => `172.30.240.1${String(other)}:2113`),
      );
    }
  });
});
