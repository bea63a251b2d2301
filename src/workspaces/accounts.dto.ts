import { IsIn, IsOptional } from 'class-validator';
import { AccountId, DisplayName, Email } from './access-field-rules.js';

/** `/accounts/{accountId}` */
export class AccountPathDto {
  @AccountId()
  accountId!: string;
}

/** Opens an account. */
export class OpenAccountBodyDto {
  /** Made by the service when absent. */
  @IsOptional()
  @AccountId()
  id?: string;

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

export class SharingPolicyDto {
  targetAdmin!: 'required' | 'not-required';
  acrossAccounts!: 'forbidden' | 'by-request';
}

/** The top-level tenant: owns workspaces and a sharing policy. */
export class AccountDto {
  id!: string;
  name!: string;
  ownerEmail?: string;
  sharingPolicy!: SharingPolicyDto;

  /** RFC 3339 in UTC with milliseconds. */
  createdAt!: string;
  createdBy!: string;
}
