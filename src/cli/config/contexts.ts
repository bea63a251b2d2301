import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { World } from '../world.js';

const contextSchema = z.object({
  url: z.string(),
  apiKey: z.string(),
  workspace: z.string().optional(),
});

const fileSchema = z.object({
  version: z.literal(1),
  current: z.string().optional(),
  contexts: z.record(z.string(), contextSchema),
});

/** A login: an address, the credential for it, and the workspace to act in there. */
export type Context = z.infer<typeof contextSchema>;
export type ContextFile = z.infer<typeof fileSchema>;

const empty: ContextFile = { version: 1, contexts: {} };

/** The file that logins are kept in. It holds credentials, so only its owner may read it. */
export class ContextStore {
  constructor(readonly path: string) {}

  static of({ env, homeDirectory }: Pick<World, 'env' | 'homeDirectory'>): ContextStore {
    const { TAGALONG_CONFIG: given, XDG_CONFIG_HOME: xdg } = env;
    if (given !== undefined && given !== '') return new ContextStore(given);
    const base = xdg !== undefined && xdg !== '' ? xdg : join(homeDirectory, '.config');
    return new ContextStore(join(base, 'tagalong', 'config.json'));
  }

  /** Nothing is configured while there is no file. @throws CliError when the file cannot be understood */
  async read(): Promise<ContextFile> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return empty;
      throw new CliError(`cannot read ${this.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const parsed = fileSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new CliError(
      `${this.path} is damaged or from another version`,
      undefined,
      'repair it, or delete it and log in again',
    );
  }

  /** Replaces the file as a whole: whoever reads it meanwhile sees the old or the new one. */
  async write(file: ContextFile): Promise<void> {
    const directory = dirname(this.path);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const temporary = join(directory, `.config-${randomUUID()}`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(file, undefined, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await chmod(temporary, 0o600);
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw new CliError(`cannot write ${this.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** True when others than the owner may read the file. */
  async isExposed(): Promise<boolean> {
    try {
      return ((await stat(this.path)).mode & 0o077) !== 0;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Reported by the caller together with every other way a file can be damaged.
    return undefined;
  }
}
