import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient, Query } from '../api/api-client.js';
import { ConnectionError } from '../api/connection-error.js';
import { failedLineSchema, failureOf } from '../api/failed-line.js';
import { readJsonLines } from '../api/json-lines.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Sink } from '../output/sink.js';
import { FileSink, StreamSink } from '../output/sink.js';
import { Progress } from '../output/progress.js';
import type { World } from '../world.js';
import type { AuditFilterOptions } from './audit-filter.js';
import { addAuditFilters, auditQuery } from './audit-filter.js';
import { addCommand, inSession } from './command.js';
import type { Session } from './session.js';

interface ExportOptions extends AuditFilterOptions {
  readonly out?: string;
}

const lineSchema = z.union([
  z.looseObject({ kind: z.literal('progress'), exported: z.number(), position: z.string() }),
  z.looseObject({ kind: z.literal('event'), event: z.looseObject({ position: z.string() }) }),
  z.looseObject({ kind: z.literal('end'), exported: z.number() }),
  failedLineSchema,
]);

const retries = 5;
const pause = 1_000;

/** `audit export` */
export function addAuditExport(group: Command, world: World): void {
  const command = addAuditFilters(
    addCommand(group, {
      name: 'export',
      summary: 'write events as JSON lines, the oldest first',
      description:
        'Writes whole events, one a line, up to the present. A connection that breaks is taken up again behind the last event that came.',
      examples: [
        'audit export --out events.ndjson',
        'audit export --image sandbox/my-template > history.ndjson',
        'audit export --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z --out september.ndjson',
      ],
    }),
  ).option('--out <file>', 'write to this new file rather than to standard output');
  command.action(
    inSession(command, 'reading', world, async (session, options: ExportOptions) => {
      const query = auditQuery(options);
      const api = await session.api();
      const sink = options.out === undefined ? new StreamSink(world.stdout) : await FileSink.create(options.out);
      const count = await exported(new Exporter(session, api, sink), sink, query);
      session.printer.note(`exported ${String(count)} events${options.out === undefined ? '' : ` to ${options.out}`}`);
    }),
  );
}

/** Closes the sink in any case: what has come is kept in whole lines. */
async function exported(exporter: Exporter, sink: Sink, query: Query): Promise<number> {
  try {
    return await exporter.run(query);
  } finally {
    await sink.close();
  }
}

class Exporter {
  private readonly progress: Progress;
  private count = 0;
  private position: string | undefined;

  constructor(
    private readonly session: Session,
    private readonly api: ApiClient,
    private readonly sink: Sink,
  ) {
    this.progress = new Progress(session.world.stderr);
  }

  async run(query: Query): Promise<number> {
    const { world } = this.session;
    for (let broken = 0; ;) {
      const before = this.count;
      try {
        await this.readOnce(query);
        return this.count;
      } catch (error) {
        world.interruption().throwIfAborted();
        if (!isBreak(error)) throw error;
        broken = this.count > before ? 1 : broken + 1;
        if (broken > retries)
          throw new CliError('the export keeps breaking off', exitCodes.unavailable, undefined, { cause: error });
        await world.sleep(pause, world.interruption());
      } finally {
        this.progress.clear();
      }
    }
  }

  private async readOnce(query: Query): Promise<void> {
    const response = await this.api.stream('GET', '/audit/export', {
      accept: 'application/x-ndjson',
      query: { ...query, ...(this.position !== undefined && { after: this.position }) },
    });
    if (response.body === null) throw new CliError('the service answered nothing instead of an export');
    const bytes: AsyncIterable<Uint8Array> = response.body;
    for await (const line of readJsonLines(bytes, lineSchema)) {
      switch (line.kind) {
        case 'event':
          this.position = line.event.position;
          this.count++;
          await this.sink.write(`${JSON.stringify(line.event)}\n`);
          break;
        case 'progress':
          this.progress.show('exported', this.count);
          break;
        case 'failed':
          throw failureOf(line);
        case 'end':
          return;
      }
    }
    throw new TypeError('the export ended without saying that it was complete');
  }
}

function isBreak(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof ConnectionError && !error.isPermanent);
}
