import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/event-sourcing/json.js';
import { accountDecider } from '../../../src/workspaces/domain/account.decider.js';
import type { AccountEvent } from '../../../src/workspaces/domain/account.events.js';
import { deserializeState, serializeState } from '../../../src/workspaces/domain/account.state.js';
import { given as givenStream } from '../../support/given-when-then.js';

const given = (...past: readonly AccountEvent[]) => givenStream(accountDecider, past);
const opened: AccountEvent = { type: 'AccountOpened', data: { name: 'Acme', ownerEmail: 'ann@acme.test' } };
const open = (name: string, ownerEmail?: string) =>
  ({
    type: 'OpenAccount',
    data: ownerEmail === undefined ? { accountId: 'acme', name } : { accountId: 'acme', name, ownerEmail },
  }) as const;

describe('OpenAccount', () => {
  it('opens', () => {
    given()
      .when(open('Acme'))
      .then([{ type: 'AccountOpened', data: { name: 'Acme' } }]);
    given().when(open('Acme', 'Ann@Acme.test')).then([opened]);
  });
  it('is already so when repeated', () => {
    given(opened).when(open('Acme', 'ANN@acme.test')).then('already-so');
  });
  it('refuses an id that is in use', () => {
    given(opened).when(open('Other')).then('account-exists', 'acme');
  });
  it('refuses an owner without an address', () => {
    given().when(open('Acme', 'ann')).then('invalid-email', 'ann');
  });
});

describe('ChangeSharingPolicy', () => {
  it('changes what is given and leaves the rest', () => {
    given(opened)
      .when({ type: 'ChangeSharingPolicy', data: { accountId: 'acme', acrossAccounts: 'by-request' } })
      .then([
        {
          type: 'AccountSharingPolicyChanged',
          data: { targetAdmin: 'required', acrossAccounts: 'by-request' },
        },
      ]);
    given(opened, {
      type: 'AccountSharingPolicyChanged',
      data: { targetAdmin: 'required', acrossAccounts: 'by-request' },
    })
      .when({ type: 'ChangeSharingPolicy', data: { accountId: 'acme', targetAdmin: 'not-required' } })
      .then([
        {
          type: 'AccountSharingPolicyChanged',
          data: { targetAdmin: 'not-required', acrossAccounts: 'by-request' },
        },
      ]);
  });
  it('is already so for the policy in force', () => {
    given(opened)
      .when({ type: 'ChangeSharingPolicy', data: { accountId: 'acme', targetAdmin: 'required' } })
      .then('already-so');
  });
  it('refuses an account that is not there', () => {
    given()
      .when({ type: 'ChangeSharingPolicy', data: { accountId: 'acme' } })
      .then('account-not-found', 'acme');
  });
});

describe('the state of an account', () => {
  it('survives a snapshot', () => {
    for (const past of [[], [opened], [{ type: 'AccountOpened', data: { name: 'B' } }]] satisfies AccountEvent[][]) {
      const state = past.reduce((before, event) => accountDecider.evolve(before, event), accountDecider.initial);
      expect(deserializeState(throughJson(serializeState(state)))).toEqual(state);
    }
  });
  it('refuses a snapshot of another shape', () => {
    expect(() => deserializeState({ kind: 'open', name: 'Acme' })).toThrow();
  });
  it('cannot begin with a change', () => {
    expect(() =>
      accountDecider.evolve(accountDecider.initial, {
        type: 'AccountSharingPolicyChanged',
        data: { targetAdmin: 'required', acrossAccounts: 'forbidden' },
      }),
    ).toThrow(TypeError);
  });
});

function throughJson(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
