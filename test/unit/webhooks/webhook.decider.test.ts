import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/event-sourcing/json.js';
import { webhookAggregate } from '../../../src/webhooks/domain/webhook.aggregate.js';
import type { WebhookCommand } from '../../../src/webhooks/domain/webhook.commands.js';
import { mostWebhooks, webhookDecider } from '../../../src/webhooks/domain/webhook.decider.js';
import type { WebhookEvent } from '../../../src/webhooks/domain/webhook.events.js';
import { stateWeight, webhookSnapshots } from '../../../src/webhooks/domain/webhook.state.js';
import { parseWebhookStream, webhookStream } from '../../../src/webhooks/domain/webhook.stream.js';
import { given as givenStream } from '../../support/given-when-then.js';

const given = (...past: readonly WebhookEvent[]) => givenStream(webhookDecider, past);
const workspace = 'acme';
const webhookId = 'wh_1';
const url = 'https://example.com/hook';
const created = (id = webhookId): WebhookEvent => ({
  type: 'WebhookCreated',
  data: { webhookId: id, url, description: '' },
});
const disabled: WebhookEvent = { type: 'WebhookDisabled', data: { webhookId, reason: 'failing' } };
const create = (change: Partial<Extract<WebhookCommand, { type: 'CreateWebhook' }>['data']> = {}): WebhookCommand => ({
  type: 'CreateWebhook',
  data: { workspace, webhookId, url, description: '', ...change },
});

describe('CreateWebhook', () => {
  it('creates', () => {
    given().when(create()).then([created()]);
    given()
      .when(create({ events: ['tag.pushed'], description: 'site' }))
      .then([{ type: 'WebhookCreated', data: { webhookId, url, description: 'site', events: ['tag.pushed'] } }]);
  });
  it.each([
    ['ftp://example.com/', 'neither https nor http'],
    ['/hooks', 'is no URL'],
    ['https://ann:secret@example.com/', 'user name or password'],
    ['https://example.com/#part', 'fragment'],
    [`https://example.com/${'x'.repeat(2_048)}`, '2048 characters'],
  ])('refuses %s', (bad, words) => {
    given()
      .when(create({ url: bad }))
      .then('invalid-webhook-url', words);
  });
  it('records the one spelling of a URL', () => {
    given()
      .when(create({ url: 'HTTPS://EXAMPLE.com:443/hook' }))
      .then([created()]);
    given()
      .when(create({ url: 'http://0x7f.1/' }))
      .then([{ type: 'WebhookCreated', data: { webhookId, url: 'http://127.0.0.1/', description: '' } }]);
  });
  it('gives an id once', () => {
    given(created()).when(create()).then('webhook-exists', webhookId);
  });
  it(`stops at ${mostWebhooks}, and goes on when one is deleted`, () => {
    const all = Array.from({ length: mostWebhooks }, (_, n) => created(`wh_${n}`));
    const one = create({ webhookId: 'wh_more' });
    given(...all)
      .when(one)
      .then('too-many-webhooks', workspace, String(mostWebhooks));
    given(...all, { type: 'WebhookDeleted', data: { webhookId: 'wh_3' } })
      .when(one)
      .then([created('wh_more')]);
  });
});

describe('RotateWebhookSecret', () => {
  it('counts versions', () => {
    const previousUntil = '2026-01-02T00:00:00.000Z';
    given(created())
      .when({ type: 'RotateWebhookSecret', data: { workspace, webhookId, previousUntil } })
      .then([{ type: 'WebhookSecretRotated', data: { webhookId, secretVersion: 2, previousUntil } }]);
    given(created(), { type: 'WebhookSecretRotated', data: { webhookId, secretVersion: 2 } })
      .when({ type: 'RotateWebhookSecret', data: { workspace, webhookId } })
      .then([{ type: 'WebhookSecretRotated', data: { webhookId, secretVersion: 3 } }]);
  });
});

describe('disabling and enabling', () => {
  const disable = { type: 'DisableWebhook', data: { workspace, webhookId, reason: 'failing' } } as const;
  const enable = { type: 'EnableWebhook', data: { workspace, webhookId } } as const;
  it('each once', () => {
    given(created()).when(disable).then([disabled]);
    given(created(), disabled).when(disable).then('already-so');
    given(created()).when(enable).then('already-so');
    given(created(), disabled)
      .when(enable)
      .then([{ type: 'WebhookEnabled', data: { webhookId } }]);
  });
});

describe('a webhook that is not there', () => {
  const about = { workspace, webhookId };
  const commands: readonly WebhookCommand[] = [
    { type: 'RotateWebhookSecret', data: about },
    { type: 'DisableWebhook', data: { ...about, reason: 'gone' } },
    { type: 'EnableWebhook', data: about },
    { type: 'DeleteWebhook', data: about },
  ];
  it.each(commands)('refuses $type', (command) => {
    given().when(command).then('webhook-not-found', webhookId);
    given(created(), { type: 'WebhookDeleted', data: { webhookId } }).when(command).then('webhook-not-found');
  });
  it('cannot have a past', () => {
    expect(() => given(disabled)).toThrow(TypeError);
  });
});

describe('a command sent again', () => {
  it('is told from another one under the same id', () => {
    expect(webhookAggregate.isOutcome(create(), [created()])).toBe(true);
    expect(webhookAggregate.isOutcome(create({ url: 'https://elsewhere.example/' }), [created()])).toBe(false);
    expect(webhookAggregate.isOutcome(create({ webhookId: 'wh_2' }), [created()])).toBe(false);
    expect(webhookAggregate.isOutcome({ type: 'EnableWebhook', data: { workspace, webhookId } }, [created()])).toBe(
      false,
    );
  });
});

describe('a snapshot', () => {
  it('is the state', () => {
    const { state } = given(
      created(),
      { type: 'WebhookCreated', data: { webhookId: 'wh_2', url, description: 'd', events: ['tag.pushed'] } },
      { type: 'WebhookSecretRotated', data: { webhookId, secretVersion: 2 } },
      disabled,
    );
    const stored = JSON.parse(JSON.stringify(webhookSnapshots.serialize(state))) as Json;
    expect(webhookSnapshots.deserialize(stored).webhooks.toJS()).toEqual(state.webhooks.toJS());
    expect(stateWeight(state)).toBeGreaterThan(stateWeight(given().state));
    expect(() => webhookSnapshots.deserialize([['wh_1', {}]])).toThrow();
  });
});

describe('the stream', () => {
  it('names its workspace', () => {
    expect(parseWebhookStream(webhookStream('acme'))).toBe('acme');
    for (const other of ['workspace-acme', 'webhooks-', 'webhooks-A', 'image-a/job/x']) {
      expect(parseWebhookStream(other)).toBeUndefined();
    }
  });
});
