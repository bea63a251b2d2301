import { IsIn, IsOptional } from 'class-validator';
import { AccountId, DisplayName, Email } from './access-field-rules.js';

/** `/accounts/{accountId}` */
export class AccountPathDto {
  /** Which account. */
  @AccountId()
  accountId!: string;
}

/** Opens an account. */
export class OpenAccountBodyDto {
  /** Made by the service when absent. */
  @IsOptional()
  @AccountId()
  id?: string;

  /** What it is called, for people. */
  @DisplayName()
  name!: string;

  /** Whom to write to about the account. */
  @IsOptional()
  @Email()
  ownerEmail?: string;
}

/** The two rules of sharing that an account may relax. What is absent stays as it is. */
export class SharingPolicyBodyDto {
  /** Must the one who shares be an admin of the target workspace too? */
  @IsOptional()
  @IsIn(['required', 'not-required'])
  targetAdmin?: 'required' | 'not-required';

  /** May images be offered to other accounts, that allow it too? */
  @IsOptional()
  @IsIn(['forbidden', 'by-request'])
  acrossAccounts?: 'forbidden' | 'by-request';
}
