import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api/api-client.js';
import { readLines } from '../api/lines.js';
import { CliError, UsageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { plainText } from '../output/plain-text.js';
import { Progress } from '../output/progress.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import type { Session } from './session.js';

const envelopeSchema = z.looseObject({ id: z.string().optional(), type: z.string() });

const replySchema = z.looseObject({
  id: z.string().nullish(),
  line: z.number().optional(),
  outcome: z.enum(['accepted', 'already-so', 'rejected', 'failed']),
  stream: z.string().optional(),
  position: z.string().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
});

type Reply = z.infer<typeof replySchema>;

/** Well below the limit the service puts on a body. */
const batchBytes = 512 * 1024;
const batchLines = 500;

/** Commands of a batch with the line each came from. */
interface Batch {
  readonly body: string;
  readonly lines: readonly number[];
}

/** `commands send FILE|-` */
export function addCommands(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'commands',
    summary: 'the command bus',
    examples: ['commands send commands.ndjson', 'commands send - < commands.ndjson'],
  });
  const send = addCommand(group, {
    name: 'send',
    summary: 'send commands, one JSON envelope a line',
    description:
      'Sends the envelopes {"id", "type", "data", "principal"?, "correlationId"?, "causationId"?, "reason"?} of a file to the ' +
      'command bus and shows what became of each. They run in order; a rejected one does not stop those behind it. A command with an ' +
      'id has one effect, however often it is sent: a file with ids can be sent again after a failure. Envelopes without one get an ' +
      'id here, which then covers this invocation only.',
    examples: [
      'commands send commands.ndjson',
      'commands send commands.ndjson -o json > outcomes.ndjson',
      'commands send - --reason "migration" < commands.ndjson',
    ],
  })
    .argument('<file>', 'a file of JSON lines; - for standard input')
    .option('--reason <text>', 'why, for the record, where an envelope does not say it');
  send.action(
    inSession(send, 'reading', world, async (session, file: string, { reason }: WritingOptions) => {
      const input: AsyncIterable<Uint8Array> = file === '-' ? world.stdin : openFile(file);
      await sendAll(session, await session.api(), readBatches(input, file, reason));
    }),
  );
}

async function sendAll(session: Session, api: ApiClient, batches: AsyncIterable<Batch>): Promise<void> {
  const progress = new Progress(session.world.stderr);
  const { printer } = session;
  let sent = 0;
  let unsuccessful = 0;
  for await (const batch of batches) {
    const replies = await sendBatch(api, batch);
    progress.clear();
    for (const [position, reply] of replies.entries()) {
      const line = batch.lines[position];
      printer.item({ ...reply, line }, () => describe(reply, line));
      if (reply.outcome === 'rejected' || reply.outcome === 'failed') unsuccessful++;
    }
    sent += replies.length;
    progress.show('sent', sent);
  }
  progress.clear();
  if (sent === 0) throw new UsageError('there were no commands to send');
  if (unsuccessful > 0) {
    throw new CliError(`${String(unsuccessful)} of ${String(sent)} commands were not accepted`, exitCodes.failed);
  }
}

/** One batch. A connection that breaks is no harm: every command has an id, and the whole batch is sent again. */
async function sendBatch(api: ApiClient, { body, lines }: Batch): Promise<readonly Reply[]> {
  const replies = await api.sendLines('/commands', body, replySchema);
  if (replies.length === lines.length) return replies;
  throw new CliError(
    `${String(lines.length)} commands were sent and ${String(replies.length)} answered, from line ${String(lines[0] ?? 0)} on`,
    exitCodes.unavailable,
    'send the file again: what was done is not done twice',
  );
}

async function* readBatches(
  input: AsyncIterable<Uint8Array>,
  file: string,
  reason: string | undefined,
): AsyncGenerator<Batch> {
  let envelopes: string[] = [];
  let lines: number[] = [];
  let bytes = 0;
  let number = 0;
  for await (const line of readLines(input)) {
    number++;
    if (line.trim() === '') continue;
    const envelope = completed(line, number, file, reason);
    const size = Buffer.byteLength(envelope) + 1;
    if (lines.length > 0 && (lines.length >= batchLines || bytes + size > batchBytes)) {
      yield { body: `${envelopes.join('\n')}\n`, lines };
      [envelopes, lines, bytes] = [[], [], 0];
    }
    envelopes.push(envelope);
    lines.push(number);
    bytes += size;
  }
  if (lines.length > 0) yield { body: `${envelopes.join('\n')}\n`, lines };
}

function completed(line: string, number: number, file: string, reason: string | undefined): string {
  const where = `${file === '-' ? 'standard input' : file}, line ${String(number)}`;
  const before = 'the lines before it may have been sent; what was done is not done twice';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${where}: is not JSON (${error instanceof Error ? error.message : String(error)})`, before);
  }
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw new UsageError(`${where}: is no command: it needs at least a type and data`, before);
  return JSON.stringify({ id: randomUUID(), ...(reason !== undefined && { reason }), ...envelope.data });
}

async function* openFile(file: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(file);
  try {
    yield* stream;
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describe({ id, outcome, stream, position, error, message }: Reply, line: number | undefined): string {
  const what =
    error === undefined
      ? [stream, position].filter((part) => part !== undefined).join(' @ ')
      : `${error}: ${message ?? ''}`;
  return plainText(`${String(line ?? 0).padStart(5)}  ${outcome.padEnd(10)}  ${id ?? '-'}  ${what}`.trimEnd());
}
