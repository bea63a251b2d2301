import type { CommandContext } from '../../event-sourcing/command.js';
import type { RecordedCommand } from '../../event-sourcing/command-log.js';
import { CommandIdReusedError } from '../../event-sourcing/faults.js';
import type { ImageEvent } from '../domain/image.events.js';
import type { HandlerOutcome } from './image-handler.js';

/** Remembers every command that had an effect. */
export interface EarlierCommands {
  /**
   * Where the command of this id ended, if it ran before. Knows every command answered before this is asked.
   *
   * @throws StoreUnavailableError when that cannot be known in bounded time
   */
  find(commandId: string): Promise<RecordedCommand | undefined>;
  /** What such a command recorded. */
  eventsOf(commandId: string, found: RecordedCommand): Promise<readonly ImageEvent[]>;
  /** Like `find`, for all commands whose id begins like this, in the order they ran in. */
  findAll(prefix: string): Promise<readonly RecordedCommand[]>;
}

/**
 * What the first run of this command was answered, if there was one.
 *
 * A handler asks before it refuses for a reason that the slot's stream cannot know, or when it has to find out which
 * slot is meant: the world may have changed since the first run, its answer must not.
 *
 * @param mayBe whether an event of that run may come of this command
 * @throws CommandIdReusedError when the id was used for another command
 */
export async function earlierRun(
  earlier: EarlierCommands,
  { commandId, repeatable }: CommandContext,
  mayBe: (event: ImageEvent, stream: string) => boolean,
): Promise<Extract<HandlerOutcome, { kind: 'accepted' }> | undefined> {
  const found = repeatable ? await earlier.find(commandId) : undefined;
  if (found === undefined) return undefined;
  const recorded = await earlier.eventsOf(commandId, found);
  if (!recorded.some((event) => mayBe(event, found.stream))) throw new CommandIdReusedError(commandId, found.stream);
  return { kind: 'accepted', ...found };
}

/**
 * The context of a command that another one causes. The space is in no id that a sender can choose, so that the two
 * never meet.
 */
export function causedBy(context: CommandContext, step: string): CommandContext {
  return { ...context, commandId: `${context.commandId} ${step}`, causationId: context.commandId };
}
