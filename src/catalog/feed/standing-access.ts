import type { Authenticator } from '../../workspaces/authentication/authenticator.js';
import type { RequestHeaders } from '../../workspaces/authentication/credential.js';
import type { AccessDirectory } from '../../workspaces/authorization/access-directory.js';
import { authorize } from '../../workspaces/authorization/authorize.js';

/** Tells those who answer a request for hours whether it would still be let in. */
export class StandingAccess {
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly authenticator: Pick<Authenticator, 'authenticate'>,
    private readonly directory: Pick<AccessDirectory, 'roleOf'>,
  ) {}

  /**
   * Whether the sender of these headers is a member of the workspace now.
   *
   * @throws IdentityProviderUnavailableError when a token cannot be checked now
   */
  async allows(headers: RequestHeaders, workspace: string): Promise<boolean> {
    const authentication = await this.authenticator.authenticate(headers);
    if (authentication.kind === 'rejected') return false;
    return (await authorize(this.directory, authentication.principal, workspace, 'member')).kind === 'granted';
  }

  /** Calls the listener after every change of who may do what. Answers how to end that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** To be called when who may do what has changed and the directory knows. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
