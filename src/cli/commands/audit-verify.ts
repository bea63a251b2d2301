import type { Command } from 'commander';
import { z } from 'zod';
import { failedLineSchema, failureOf } from '../api/failed-line.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { plainText } from '../output/plain-text.js';
import { Progress } from '../output/progress.js';
import type { World } from '../world.js';
import { addDataOption, messagesFrom } from './audit-source.js';
import { addCommand, inSession } from './command.js';
import type { Session } from './session.js';

/** What a verification tells while it goes on, and at its end. */
export const verifyMessageSchema = z.union([
  z.looseObject({
    kind: z.literal('progress'),
    phase: z.literal('checking-store'),
    done: z.number(),
    total: z.number(),
  }),
  z.looseObject({
    kind: z.literal('progress'),
    phase: z.literal('replaying'),
    events: z.number(),
    of: z.number(),
  }),
  z.looseObject({
    kind: z.literal('progress'),
    phase: z.literal('comparing'),
    projection: z.string(),
    table: z.string(),
    rows: z.number(),
  }),
  failedLineSchema,
  z.looseObject({ kind: z.literal('difference'), difference: z.looseObject({ kind: z.string() }) }),
  z.looseObject({
    kind: z.literal('result'),
    ok: z.boolean(),
    events: z.number(),
    rows: z.number(),
    differences: z.number(),
  }),
]);

export type VerifyMessage = z.infer<typeof verifyMessageSchema>;

/** `audit verify` */
export function addAuditVerify(group: Command, world: World): void {
  const command = addDataOption(
    addCommand(group, {
      name: 'verify',
      summary: 'replay the log and compare the read model with it, row by row',
      description:
        'Checks every event of the log and every row of the read model, for operators. Ends with code 1 when anything differs, and ' +
        'shows the differences.',
      examples: ['audit verify', 'audit verify -o json', 'audit verify --data /var/lib/tagalong'],
    }),
  );
  command.action(
    inSession(command, 'service', world, async (session, { data }: { readonly data?: string }) => {
      const messages = messagesFrom(session, data, verifyMessageSchema, {
        path: '/audit/verify',
        directory: ({ verifyDirectory }, directory, signal) => verifyDirectory(directory, { signal }),
      });
      await showVerification(session, messages);
    }),
  );
}

/**
 * Shows a verification as it goes on.
 *
 * @throws CliError when something differs, or the result is missing
 */
export async function showVerification(session: Session, messages: AsyncIterable<VerifyMessage>): Promise<void> {
  const progress = new Progress(session.world.stderr);
  const { printer } = session;
  const differences: unknown[] = [];
  try {
    for await (const message of messages) {
      switch (message.kind) {
        case 'progress':
          showProgress(progress, message);
          break;
        case 'failed':
          throw failureOf(message);
        case 'difference':
          progress.clear();
          differences.push(message.difference);
          printer.note(describe(message.difference));
          break;
        case 'result': {
          progress.clear();
          const { ok, events, rows, differences: count } = message;
          const verdict = ok ? 'no differences' : `${String(count)} difference${count === 1 ? '' : 's'}`;
          const text = `checked ${String(events)} events and ${String(rows)} rows: ${verdict}`;
          printer.done({ ok, events, rows, differences: count, found: differences }, text);
          if (!ok) throw new CliError('the read model or the log is not as it should be', exitCodes.failed);
          return;
        }
      }
    }
  } finally {
    progress.clear();
  }
  throw new CliError('the verification broke off before its result', exitCodes.unavailable, 'run it again');
}

function showProgress(progress: Progress, message: Extract<VerifyMessage, { kind: 'progress' }>): void {
  switch (message.phase) {
    case 'checking-store':
      progress.show('checking the event store', message.done, message.total);
      return;
    case 'replaying':
      progress.show('replaying', message.events, message.of);
      return;
    case 'comparing':
      progress.show(`comparing ${message.projection}/${message.table}`, message.rows);
  }
}

function describe({ kind, ...facts }: { readonly kind: string } & Record<string, unknown>): string {
  const details = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return plainText(`difference: ${kind} ${details.join(' ')}`);
}
