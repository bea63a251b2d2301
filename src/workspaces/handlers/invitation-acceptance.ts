import { randomUUID } from 'node:crypto';
import type { AccessDirectory } from '../authorization/access-directory.js';
import { principalName } from '../authorization/principal.js';
import type { UserPrincipal } from '../authorization/principal.js';
import { hasExpired } from '../domain/instant.js';
import { workspaceStream } from '../domain/workspace.stream.js';
import type { WorkspaceStreams } from './access-streams.js';

/** Makes those who were invited by e-mail members as soon as they sign in. */
export class InvitationAcceptance {
  constructor(
    private readonly workspaces: WorkspaceStreams,
    private readonly directory: Pick<AccessDirectory, 'invitationsTo'>,
  ) {}

  /**
   * Accepts every open invitation to the verified address of a user who is here at this moment (RFC 3339). An
   * invitation that was revoked meanwhile is left alone.
   *
   * @throws StoreUnavailableError when they cannot be accepted now
   */
  async welcome(user: UserPrincipal, now: string): Promise<void> {
    const { email } = user;
    if (email === undefined) return;
    const principal = principalName(user);
    for (const { workspace, expiresAt } of await this.directory.invitationsTo(email)) {
      if (hasExpired(expiresAt, now)) continue;
      const commandId = randomUUID();
      const context = {
        commandId,
        repeatable: false,
        correlationId: commandId,
        principal,
        via: 'sign-in',
        occurredAt: now,
      };
      await this.workspaces.run(workspaceStream(workspace), context, () =>
        Promise.resolve({
          kind: 'command',
          command: { type: 'AcceptInvitation', data: { workspace, email, principal, now } },
        }),
      );
    }
  }
}
