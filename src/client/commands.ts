import type * as ImageCommands from '../images/commands/image-commands.dto.js';
import type * as WebhookCommands from '../webhooks/commands/webhook-commands.dto.js';
import type * as AccountCommands from '../workspaces/commands/account-commands.dto.js';
import type * as ServiceAccountCommands from '../workspaces/commands/service-account-commands.dto.js';
import type * as WorkspaceCommands from '../workspaces/commands/workspace-commands.dto.js';

/** The payload classes of a file by the names of their commands: `PushTagDto` is the payload of PushTag. */
type PayloadsIn<File> = {
  [Name in keyof File as Name extends `${infer Command}Dto` ? Command : never]: File[Name] extends new () => infer P
    ? Readonly<P>
    : never;
};

/** Every command with its payload, as the service checks it. */
export type CommandPayloads = PayloadsIn<typeof ImageCommands> &
  PayloadsIn<typeof AccountCommands> &
  PayloadsIn<typeof ServiceAccountCommands> &
  PayloadsIn<typeof WorkspaceCommands> &
  PayloadsIn<typeof WebhookCommands>;

/** The name of a command, such as `PushTag`. */
export type CommandName = keyof CommandPayloads;

/** A refusal by the rules or the rights: sent again, it would be refused again. `error` is a stable code. */
export interface Rejected {
  readonly outcome: 'rejected';
  readonly id: string;
  readonly error: string;
  /** The HTTP status for it. */
  readonly code: number;
  /** Names the fault and the remedy. */
  readonly message: string;
  readonly details?: readonly { readonly field: string; readonly message: string }[];
}

/** The command was obeyed, or everything was so already. */
export interface Done {
  readonly outcome: 'accepted' | 'already-so';
  readonly id: string;
  readonly stream?: string;
  readonly revision?: number;
  /** Where the change stands: ask with it as `minPosition` to see it for sure. */
  readonly position?: string;
  /** What the sender cannot know otherwise, such as an id made by the service. */
  readonly result?: Readonly<Record<string, unknown>>;
}

/** What became of a command. */
export type CommandOutcome = Done | Rejected;
