/** A workspace the caller may enter, and as what. */
export class OpenWorkspaceDto {
  name!: string;
  role!: 'admin' | 'member';
  accountId!: string;
}

/** Who the credential belongs to. */
export class WhoAmIDto {
  /** `operator`, `user:SUB` or `service-account:CLIENTID`. */
  principal!: string;
  kind!: 'operator' | 'user' | 'service-account';

  /** Verified by the identity provider. */
  email?: string;
  workspaces!: OpenWorkspaceDto[];
}
