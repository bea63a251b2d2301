import type { CommandRequest } from '../../command-bus/command-definition.js';
import { authorizeOperator } from '../authorization/authorize.js';
import type { Principal } from '../authorization/principal.js';
import type { AccountCommand, ChangeSharingPolicy } from '../domain/account.commands.js';
import { accountStream } from '../domain/workspace.stream.js';
import type { AccountStreams } from './access-streams.js';
import { refuse } from './access-streams.js';
import { idFor } from './derived-ids.js';
import type { HandlerOutcome, Prepared } from './repeatable-commands.js';

export interface OpenAccount {
  /** Made here when absent. */
  readonly accountId?: string;
  readonly name: string;
  readonly ownerEmail?: string;
}

/** Accounts. For the operator. */
export class AccountHandlers {
  constructor(private readonly accounts: AccountStreams) {}

  async open(
    { accountId: given, name, ownerEmail }: OpenAccount,
    { caller, context }: CommandRequest,
  ): Promise<HandlerOutcome & { readonly accountId: string }> {
    const accountId = given ?? `acc-${idFor('account', context)}`;
    const data = { accountId, name, ...(ownerEmail !== undefined && { ownerEmail }) };
    const outcome = await this.accounts.run(accountStream(accountId), context, () =>
      forOperator(caller, { type: 'OpenAccount', data }),
    );
    return { ...outcome, accountId };
  }

  changeSharingPolicy(data: ChangeSharingPolicy, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.accounts.run(accountStream(data.accountId), context, () =>
      forOperator(caller, { type: 'ChangeSharingPolicy', data }),
    );
  }
}

function forOperator(caller: Principal, command: AccountCommand): Promise<Prepared<AccountCommand>> {
  const authorization = authorizeOperator(caller);
  return Promise.resolve(
    authorization.kind === 'refused' ? refuse(authorization.rejection) : { kind: 'command', command },
  );
}
