import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declaredRoutes } from '../../../scripts/declared-routes.js';
import { nameOf } from '../../../scripts/permissions-table.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { IdentityProvider, audience } from '../../unit/workspaces/identity-provider.js';
import { servedDocument } from './api-document.js';
import type { ApiDocument, Schema } from './api-document.js';
import { Contract } from './contract.js';
import { damage, damageStory } from './damage.story.js';
import { imagesStory } from './images.story.js';
import { peopleStory } from './people.story.js';
import { webhooksStory } from './webhooks.story.js';
import { Recorder } from './recorder.js';
import { recordStory } from './record.story.js';
import { refusalsStory } from './refusals.story.js';

let provider: IdentityProvider;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let service: StartedService;
let raw: Readonly<Record<string, unknown>>;
let document: ApiDocument;
let contract: Contract;
let recorder: Recorder;

beforeAll(async () => {
  provider = await IdentityProvider.start();
  directory = await temporaryDirectory();
  const env = {
    TAGALONG_OIDC_ISSUER: provider.issuer,
    TAGALONG_OIDC_AUDIENCE: audience,
    TAGALONG_READ_YOUR_WRITES_MS: '500',
    TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.1/32',
    // Nobody listens there: everything is answered all the same, and the readiness tells.
    TAGALONG_COMMAND_BUS_URL: 'nats://127.0.0.1:1',
  };
  service = await startService({ env, dataDir: directory.path });
  ({ raw, document } = await servedDocument(service.url));
  contract = new Contract(document);
  recorder = new Recorder(service.url, service.operatorKey, contract);

  await peopleStory(recorder, (sub, email) => provider.token({ sub, email, email_verified: true }));
  await imagesStory(recorder);
  await recordStory(recorder);
  await webhooksStory(recorder);
  const platform = new Platform(service);
  await platform.account('elsewhere', ['other']);
  const { key: outsiderKey } = await platform.robot('other', 'member');
  const strangers = { outsiderKey, usedIds: { account: 'acme-opens', slot: 'v1' } };
  const told = [...recorder.examples.keys()];
  await refusalsStory(recorder, contract, strangers, told);

  await service.stop();
  await damage(directory.path);
  const { operatorKey } = service;
  service = await startService({ env: { ...env, TAGALONG_OPERATOR_KEY: operatorKey }, dataDir: directory.path });
  recorder.moveTo(service.url);
  await damageStory(recorder, directory.path);
  const toldSince = [...recorder.examples.keys()].filter((route) => !told.includes(route));
  await refusalsStory(recorder, contract, strangers, toldSince);
});

afterAll(async () => {
  await service.stop();
  await provider.stop();
  await directory.remove();
});

describe('the OpenAPI document', () => {
  it('is valid by the specification', async () => {
    const { valid, errors } = await new Validator().validate({ ...raw });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('is of the version of the package', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
    expect(document.info.version).toBe(version);
  });

  it('has every route that a controller declares, and no other', async () => {
    const declared = (await declaredRoutes()).map(nameOf);
    expect([...contract.operations.keys()].sort()).toEqual(declared.sort());
  });

  it('says of every route but the public ones that it takes a credential', async () => {
    for (const { access, ...route } of await declaredRoutes()) {
      const schemes = contract.operations.get(nameOf(route))?.security?.flatMap(Object.keys) ?? [];
      const expected = access?.level === 'public' ? [] : Object.keys(document.components.securitySchemes);
      expect([nameOf(route), ...schemes.sort()]).toEqual([nameOf(route), ...expected.sort()]);
    }
  });

  it('gives every operation a name of its own, and a tag that is explained', () => {
    const operations = [...contract.operations.values()];
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-zA-Z]+$/.test(name))).toEqual([]);
    const tags = new Set(operations.flatMap((operation) => operation.tags));
    expect([...tags].sort()).toEqual(document.tags.map(({ name }) => name).sort());
  });

  it('has no schema that nothing refers to', () => {
    const reachable = contract.schemas.reachable(allSchemas());
    expect(Object.keys(document.components.schemas).filter((name) => !reachable.has(name))).toEqual([]);
  });
});

describe('what the service answers', () => {
  it('is what the document says', () => {
    expect(recorder.faults).toEqual([]);
  });

  it('was asked of every route', () => {
    const untold = [...contract.operations.keys()].filter((route) => !recorder.examples.has(route));
    expect(untold).toEqual([]);
  });

  it('has every status that the document tells of', () => {
    const unseen = [...contract.operations].flatMap(([route, { responses }]) =>
      Object.keys(responses)
        .filter((status) => !contract.statusesOf(route).has(status) && !isAlwaysPossible(status))
        .map((status) => `${route} ${status}`),
    );
    expect(unseen).toEqual(neverInStory.statuses);
  });

  it('has every property and every variant that the document tells of', () => {
    const unseen = contract.schemas.unseen(answerSchemas());
    const { places } = neverInStory;
    expect(unseen.filter((place) => !places.some((excused) => place.startsWith(excused)))).toEqual([]);
    expect(places.filter((excused) => !unseen.some((place) => place.startsWith(excused)))).toEqual([]);
  });

  it('keeps to the document when there are too many requests', async () => {
    const busy = await startService({ env: { TAGALONG_RATE_LIMIT: '1' } });
    try {
      const limited = new Recorder(busy.url, busy.operatorKey, contract);
      const answers = await Promise.all(Array.from({ length: 5 }, () => limited.send('GET', '/v0/whoami')));
      expect(answers.map(({ status }) => status)).toContain(429);
      expect(limited.faults).toEqual([]);
    } finally {
      await busy.stop();
    }
  });
});

/** Every route may answer these, and no story makes every route do so. */
function isAlwaysPossible(status: string): boolean {
  return ['429', '500', '503'].includes(status);
}

/** What takes days to pass, a race, or damage of other kinds. */
const neverInStory = {
  statuses: ['POST /v0/pending-image-shares/{pendingShareId}/accept 410', 'POST /v0/commands 410'],
  places: [
    'FeedEvent[tag.deleted].sourceWorkspace',
    'FeedEvent[share.failed incoming]',
    'ProjectionRebuild.checkpoint',
    'VerifyDifference[revision-out-of-order]',
    'VerifyDifference[position-out-of-order]',
    'VerifyDifference[projection-not-comparable]',
    'VerifyDifference[projection-ahead-of-log]',
    'VerifyDifference[store-damaged]',
  ],
};

function answerSchemas(): Schema[] {
  return [...contract.operations.values()].flatMap(({ responses }) =>
    Object.values(responses).flatMap(({ content = {} }) => Object.values(content).map(({ schema }) => schema)),
  );
}

function allSchemas(): Schema[] {
  const bodies = [...contract.operations.values()].flatMap(({ requestBody }) =>
    Object.values(requestBody?.content ?? {}).map(({ schema }) => schema),
  );
  return [...answerSchemas(), ...bodies];
}
