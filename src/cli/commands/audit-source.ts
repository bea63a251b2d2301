import type { Command } from 'commander';
import type { z } from 'zod';
import type { Query } from '../api/api-client.js';
import type * as auditRuns from '../../composition/audit-runs.js';
import { readJsonLines } from '../api/json-lines.js';
import { CliError } from '../cli-error.js';
import type { Session } from './session.js';

type AuditRuns = typeof auditRuns;

/** Where an audit is made: by the service, or here over a data directory that no service runs on. */
interface AuditSource {
  readonly path: string;
  readonly query?: Query;
  readonly directory: (runs: AuditRuns, directory: string, signal: AbortSignal) => AsyncIterable<object>;
}

/** `--data`, for auditors who have the files and no service. */
export function addDataOption(command: Command): Command {
  return command.option('--data <directory>', 'read this data directory of a stopped service, without asking any');
}

/**
 * The messages of an audit, from the service or, when a directory is given, made in this process.
 *
 * @throws CliError when they are not what they should be
 */
export async function* messagesFrom<T>(
  session: Session,
  directory: string | undefined,
  schema: z.ZodType<T>,
  source: AuditSource,
): AsyncGenerator<T, void, undefined> {
  if (directory === undefined) {
    const api = await session.api();
    const { path, query } = source;
    const response = await api.stream('POST', path, { accept: 'application/x-ndjson', ...(query && { query }) });
    if (response.body === null) throw new CliError('the service answered nothing');
    const bytes: AsyncIterable<Uint8Array> = response.body;
    yield* readJsonLines(bytes, schema);
    return;
  }
  // Only here are stores opened by the command line; every other command starts faster without them.
  const runs = await import('../../composition/audit-runs.js');
  const signal = session.world.interruption();
  for await (const message of source.directory(runs, directory, signal)) yield schema.parse(asOverTheWire(message));
}

/** A message in the form in which the service would have sent it. */
function asOverTheWire(message: object): unknown {
  const text = JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  return JSON.parse(text);
}
