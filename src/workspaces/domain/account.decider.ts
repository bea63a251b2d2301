import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decider, Decision } from '../../event-sourcing/decider.js';
import type { AccountCommand, ChangeSharingPolicy, OpenAccount } from './account.commands.js';
import type { AccountEvent } from './account.events.js';
import { accountRejection } from './account.rejections.js';
import type { AccountRejection } from './account.rejections.js';
import { defaultSharingPolicy, noAccount } from './account.state.js';
import type { AccountState } from './account.state.js';
import { isEmail, normalizeEmail } from './email.js';

type AccountDecision = Decision<AccountEvent, AccountRejection>;

/** The rules of an account. */
export const accountDecider: Decider<AccountCommand, AccountEvent, AccountState, AccountRejection> = {
  initial: noAccount,
  decide(command, state) {
    switch (command.type) {
      case 'OpenAccount':
        return openAccount(command.data, state);
      case 'ChangeSharingPolicy':
        return changeSharingPolicy(command.data, state);
    }
  },
  evolve(state, event) {
    if (event.type === 'AccountOpened') return { kind: 'open', ...event.data, policy: defaultSharingPolicy };
    if (state.kind === 'none') throw new TypeError(`${event.type} cannot be the first event of an account`);
    return { ...state, policy: event.data };
  },
};

function openAccount(command: OpenAccount, state: AccountState): AccountDecision {
  const { accountId, name } = command;
  if (command.ownerEmail !== undefined && !isEmail(command.ownerEmail)) {
    return rejected(accountRejection('invalid-email', `"${command.ownerEmail}" is not an e-mail address.`));
  }
  const ownerEmail = command.ownerEmail === undefined ? undefined : normalizeEmail(command.ownerEmail);
  if (state.kind === 'open') {
    if (state.name === name && state.ownerEmail === ownerEmail) return alreadySo;
    return rejected(accountRejection('account-exists', `Account ${accountId} is already open as "${state.name}".`));
  }
  return events<AccountEvent>({
    type: 'AccountOpened',
    data: ownerEmail === undefined ? { name } : { name, ownerEmail },
  });
}

function changeSharingPolicy(command: ChangeSharingPolicy, state: AccountState): AccountDecision {
  if (state.kind === 'none') {
    return rejected(accountRejection('account-not-found', `There is no account ${command.accountId}.`));
  }
  const targetAdmin = command.targetAdmin ?? state.policy.targetAdmin;
  const acrossAccounts = command.acrossAccounts ?? state.policy.acrossAccounts;
  if (targetAdmin === state.policy.targetAdmin && acrossAccounts === state.policy.acrossAccounts) return alreadySo;
  return events<AccountEvent>({ type: 'AccountSharingPolicyChanged', data: { targetAdmin, acrossAccounts } });
}
