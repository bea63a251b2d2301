import { z } from 'zod';
import type { Json } from './json.js';
import type { Position } from './position.js';

/** How many commands a stream's fold remembers before the command log has to be asked. */
export const recentCommandsKept = 64;

/** Where a command ended in its stream; the position is filled in once its append is durable. */
export interface RecentCommand {
  readonly commandId: string;
  revision: bigint;
  position: Position | undefined;
}

const storedSchema = z.object({
  floor: z.string().nullable(),
  commands: z.array(z.tuple([z.string(), z.string(), z.string()])),
});

/** The latest commands that had an effect on one stream, oldest first. */
export class RecentCommands {
  readonly #commands = new Map<string, RecentCommand>();
  #floor: Position | undefined;

  /** Everything up to this position has been forgotten here: the command log must be asked about it. */
  get floor(): Position | undefined {
    return this.#floor;
  }

  get size(): number {
    return this.#commands.size;
  }

  get(commandId: string): RecentCommand | undefined {
    return this.#commands.get(commandId);
  }

  /** Notes that a command's effect reaches to this revision. */
  note(commandId: string, revision: bigint, position: Position | undefined): RecentCommand {
    const known = this.#commands.get(commandId);
    if (known !== undefined) {
      known.revision = revision;
      known.position = position;
      return known;
    }
    const command: RecentCommand = { commandId, revision, position };
    this.#commands.set(commandId, command);
    this.#forgetOldest();
    return command;
  }

  /** The commands as they stand now; their positions may still be filled in. */
  capture(): { readonly floor: Position | undefined; readonly commands: readonly RecentCommand[] } {
    return { floor: this.#floor, commands: [...this.#commands.values()] };
  }

  /** Reads back what {@link recentCommandsToJson} wrote; `undefined` when it has another shape. */
  static fromJson(json: unknown): RecentCommands | undefined {
    const parsed = storedSchema.safeParse(json);
    if (!parsed.success) return undefined;
    const recent = new RecentCommands();
    recent.#floor = parsed.data.floor ?? undefined;
    for (const [commandId, revision, position] of parsed.data.commands)
      recent.note(commandId, BigInt(revision), position);
    return recent;
  }

  /** A command still under way is never forgotten: without its position there would be no floor to ask about. */
  #forgetOldest(): void {
    for (const [id, oldest] of this.#commands) {
      if (this.#commands.size <= recentCommandsKept || oldest.position === undefined) return;
      this.#commands.delete(id);
      this.#floor = oldest.position;
    }
  }
}

/** The stored form for snapshots; every position must be known by now. */
export function recentCommandsToJson(captured: ReturnType<RecentCommands['capture']>): Json {
  return {
    floor: captured.floor ?? null,
    commands: captured.commands.map((at) => [at.commandId, at.revision.toString(), at.position ?? '']),
  };
}
