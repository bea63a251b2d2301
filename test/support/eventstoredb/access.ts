import type { Metadata } from '@grpc/grpc-js';

/** A user of a secured server. */
export interface ServerUser {
  readonly password: string;
  /** Whether `$all` may be read. Default true. */
  readonly mayReadAll?: boolean;
}

/** What a caller may do. `unknown`: the name or the password is wrong. */
export type Caller = 'anyone' | 'unknown' | { readonly mayReadAll: boolean };

/** Who may do what. An insecure server asks nobody. */
export class AccessControl {
  readonly #users: ReadonlyMap<string, ServerUser> | undefined;

  constructor(users: Readonly<Record<string, ServerUser>> | undefined) {
    this.#users = users === undefined ? undefined : new Map(Object.entries(users));
  }

  callerOf(metadata: Metadata): Caller {
    if (this.#users === undefined) return { mayReadAll: true };
    const header = metadata.get('authorization')[0];
    if (header === undefined) return 'anyone';
    const [name = '', ...password] = Buffer.from(header.toString().replace(/^Basic /u, ''), 'base64')
      .toString('utf8')
      .split(':');
    const user = this.#users.get(name);
    if (user?.password !== password.join(':')) return 'unknown';
    return { mayReadAll: user.mayReadAll ?? true };
  }
}
