import { IsIn, IsOptional } from 'class-validator';
import { AccountId, DisplayName, Email } from '../access-field-rules.js';

/** Opens an account, with the default sharing policy. For the operator. */
export class OpenAccountDto {
  /** Made by the service when absent; the answer tells it. */
  @IsOptional()
  @AccountId()
  accountId?: string;

  /** What it is called, for people. */
  @DisplayName()
  name!: string;

  /** Whom to write to about the account. */
  @IsOptional()
  @Email()
  ownerEmail?: string;
}

/** Changes what it takes to share images of the account's workspaces. What is absent stays. For the operator. */
export class ChangeSharingPolicyDto {
  /** Which account. */
  @AccountId()
  accountId!: string;

  /** Must the one who shares be an admin of the target workspace too? */
  @IsOptional()
  @IsIn(['required', 'not-required'])
  targetAdmin?: 'required' | 'not-required';

  /** May images be offered to other accounts, that allow it too? */
  @IsOptional()
  @IsIn(['forbidden', 'by-request'])
  acrossAccounts?: 'forbidden' | 'by-request';
}
