import type { CommandRequest } from '../../command-bus/command-definition.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import type { UpdateServiceAccount, WorkspaceCommand } from '../domain/workspace.commands.js';
import type { Role } from '../domain/workspace.events.js';
import { workspaceStream } from '../domain/workspace.stream.js';
import type { WorkspaceStreams } from './access-streams.js';
import { allowNoAdmin, forAdmin } from './access-streams.js';
import { idFor } from './derived-ids.js';
import type { HandlerOutcome } from './repeatable-commands.js';

export interface CreateServiceAccount {
  readonly workspace: string;
  readonly name: string;
  readonly description: string;
  readonly role: Role;
  readonly mayActForOthers: boolean;
}

/** The machine identities of a workspace. For its admins. */
export class ServiceAccountHandlers {
  constructor(
    private readonly workspaces: WorkspaceStreams,
    private readonly directory: Pick<AccessDirectory, 'roleOf'>,
  ) {}

  /** Creates a service account and makes it a member. */
  async create(
    data: CreateServiceAccount,
    request: CommandRequest,
  ): Promise<HandlerOutcome & { readonly clientId: string }> {
    const clientId = `sa_${idFor('service-account', request.context)}`;
    const outcome = await this.#run({ type: 'CreateServiceAccount', data: { ...data, clientId } }, request);
    return { ...outcome, clientId };
  }

  update(data: UpdateServiceAccount, request: CommandRequest): Promise<HandlerOutcome> {
    return this.#run({ type: 'UpdateServiceAccount', data }, request);
  }

  /** Its keys end with it. */
  delete(
    data: { readonly workspace: string; readonly clientId: string },
    request: CommandRequest,
  ): Promise<HandlerOutcome> {
    return this.#run({ type: 'DeleteServiceAccount', data: { ...data, ...allowNoAdmin(request.caller) } }, request);
  }

  #run(command: WorkspaceCommand, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.workspaces.run(workspaceStream(command.data.workspace), context, () =>
      forAdmin(this.directory, caller, command),
    );
  }
}
