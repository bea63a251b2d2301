import type { HandlerRejection } from '../../command-bus/command-definition.js';
import type { CommandExecutor } from '../../event-sourcing/command-executor.js';
import type { CommandContext, CommandOutcome } from '../../event-sourcing/command.js';
import type { CommandLog } from '../../event-sourcing/command-log.js';
import type { DomainEvent } from '../../event-sourcing/event.js';
import { CommandIdReusedError } from '../../event-sourcing/faults.js';
import type { Position } from '../../event-sourcing/position.js';

/** What a handler answers; a rejection is of the stream's rules, or of what is checked before the stream is asked. */
export type HandlerOutcome = CommandOutcome<HandlerRejection>;

/** The command to ask the stream, or why not to. */
export type Prepared<C> =
  | { readonly kind: 'command'; readonly command: C }
  | { readonly kind: 'rejected'; readonly rejection: HandlerRejection };

/** Waits until everybody sees what was recorded up to a position. */
export type Visible = (position: Position | undefined) => Promise<void>;

/**
 * Runs the commands that change who may do what.
 *
 * A command sent again gets the answer of its first run, whatever has changed since: its own effect may well have
 * taken from its sender the right to send it. And nothing is answered before the change holds for the next request.
 */
export class RepeatableCommands<C, E extends DomainEvent, S> {
  constructor(
    private readonly executor: CommandExecutor<C, E, S, HandlerRejection>,
    private readonly commandLog: CommandLog,
    private readonly visible: Visible,
  ) {}

  /** The durable state of a stream. */
  async stateOf(stream: string): Promise<S> {
    return (await this.executor.load(stream)).state;
  }

  /**
   * Runs the command that `prepare` makes, unless the same one ran before.
   *
   * @throws StoreUnavailableError when it could not be taken, or its effect is not visible in time; sending it again
   *   with the same id is safe
   */
  async run(stream: string, context: CommandContext, prepare: () => Promise<Prepared<C>>): Promise<HandlerOutcome> {
    const prepared = await prepare();
    const outcome =
      prepared.kind === 'command'
        ? await this.executor.execute(stream, prepared.command, context)
        : ((await this.#earlierRun(stream, context)) ?? prepared);
    if (outcome.kind !== 'rejected') await this.visible(outcome.position);
    return outcome;
  }

  /** The executor looks for one by itself; this is for a command that must not get there any more. */
  async #earlierRun(stream: string, { commandId, repeatable }: CommandContext): Promise<HandlerOutcome | undefined> {
    if (!repeatable) return undefined;
    const { position } = await this.executor.load(stream);
    const found = await this.commandLog.find(commandId, position);
    if (found === undefined) return undefined;
    if (found.stream !== stream) throw new CommandIdReusedError(commandId, found.stream);
    return { kind: 'accepted', ...found };
  }
}
