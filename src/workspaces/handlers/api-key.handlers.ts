import type { CommandRequest } from '../../command-bus/command-definition.js';
import { newApiKey } from '../authentication/api-key.js';
import type { NewApiKey } from '../authentication/api-key.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import { endOf } from '../domain/lifetime.js';
import { workspaceRejection } from '../domain/workspace.rejections.js';
import { workspaceStream } from '../domain/workspace.stream.js';
import type { WorkspaceStreams } from './access-streams.js';
import { forAdmin, refuse } from './access-streams.js';
import { idFor } from './derived-ids.js';
import type { HandlerOutcome, Prepared } from './repeatable-commands.js';
import type { WorkspaceCommand } from '../domain/workspace.commands.js';

export interface IssueApiKey {
  readonly workspace: string;
  readonly clientId: string;
  readonly name: string;
  /** `24h`, `30d`, `1w`; absent for a key that does not expire. */
  readonly expiresIn?: string;
}

export interface IssuedApiKey {
  readonly keyId: string;
  /** The key itself, this one time. Absent when the command was sent again: it was shown before and is kept nowhere. */
  readonly apiKey?: string;
}

/** The keys of a workspace's service accounts. For its admins. */
export class ApiKeyHandlers {
  constructor(
    private readonly workspaces: WorkspaceStreams,
    private readonly directory: Pick<AccessDirectory, 'roleOf'>,
  ) {}

  async issue(data: IssueApiKey, { caller, context }: CommandRequest): Promise<HandlerOutcome & IssuedApiKey> {
    const made = newApiKey(idFor('api-key', context));
    const { keyId } = made;
    const outcome = await this.workspaces.run(workspaceStream(data.workspace), context, async () => {
      const command = issueCommand(data, made, context.occurredAt);
      return command.kind === 'rejected' ? command : forAdmin(this.directory, caller, command.command);
    });
    if (outcome.kind === 'rejected' || !(await this.#isOnRecord(data.workspace, made))) return { ...outcome, keyId };
    return { ...outcome, keyId, apiKey: made.key };
  }

  /** The key opens nothing from the next request on. */
  revoke(
    data: { readonly workspace: string; readonly clientId: string; readonly keyId: string },
    { caller, context }: CommandRequest,
  ): Promise<HandlerOutcome> {
    return this.workspaces.run(workspaceStream(data.workspace), context, () =>
      forAdmin(this.directory, caller, { type: 'RevokeApiKey', data }),
    );
  }

  /** Of runs with the same command id, only the first put its key on record. */
  async #isOnRecord(workspace: string, { keyId, hash }: NewApiKey): Promise<boolean> {
    const state = await this.workspaces.stateOf(workspaceStream(workspace));
    return state.kind === 'active' && state.keys.get(keyId)?.hash === hash;
  }
}

function issueCommand(
  { workspace, clientId, name, expiresIn }: IssueApiKey,
  { keyId, hash, publicKey }: NewApiKey,
  now: string,
): Prepared<WorkspaceCommand> {
  const data = { workspace, keyId, clientId, name, hash, publicKey };
  if (expiresIn === undefined) return { kind: 'command', command: { type: 'IssueApiKey', data } };
  const expiresAt = endOf(expiresIn, now);
  if (expiresAt !== undefined)
    return { kind: 'command', command: { type: 'IssueApiKey', data: { ...data, expiresAt } } };
  return refuse(
    workspaceRejection(
      'invalid-expiry',
      `A key cannot live for ${expiresIn}: give a number of hours, days or weeks, such as 24h, 30d or 1w, up to ten years.`,
    ),
  );
}
