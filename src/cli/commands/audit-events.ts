import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import type { Printer } from '../output/printer.js';
import type { Column } from '../output/table.js';
import type { World } from '../world.js';
import type { AuditFilterOptions } from './audit-filter.js';
import { addAuditFilters, auditQuery } from './audit-filter.js';
import { addCommand, inSession } from './command.js';
import { parsePositive } from './common-options.js';

/** An event as the log has it. */
export const auditEventSchema = z.looseObject({
  position: z.string(),
  stream: z.string(),
  type: z.string(),
  data: z.unknown(),
  principal: z.string().optional(),
  actor: z.string().optional(),
  via: z.string().optional(),
  occurredAt: z.string().optional(),
  reason: z.string().optional(),
});

type AuditEvent = z.infer<typeof auditEventSchema>;

interface EventsOptions extends AuditFilterOptions {
  readonly order: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** `audit events` */
export function addAuditEvents(group: Command, world: World): void {
  const events = addAuditFilters(
    addCommand(group, {
      name: 'events',
      aliases: ['list'],
      summary: 'show what happened, the latest first',
      description:
        'Shows events from the log. An admin sees those of the own workspace, an operator all; with -w, those of one workspace.',
      examples: [
        'audit events --image sandbox/my-template',
        'audit events --kind ImageShared,ImageUnshared --from 2026-09-01T00:00:00Z',
        'audit events --principal user:kim --limit 200 -o json',
      ],
    }),
  )
    .addOption(new Option('--order <order>', 'which come first').choices(['newest', 'oldest']).default('newest'))
    .option('--limit <number>', 'at most so many', parsePositive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended');
  events.action(
    inSession(events, 'reading', world, async (session, options: EventsOptions) => {
      const api = await session.api();
      const { order, limit, cursor } = options;
      const query = { ...auditQuery(options), order: order === 'oldest' ? 'asc' : 'desc', limit, cursor };
      const { body, headers } = await api.getAnswer('/audit/events', z.array(auditEventSchema), query);
      const { printer } = session;
      printer.list(body, eventColumns(printer), 'Nothing on record matches.');
      const next = headers.get('x-next-cursor');
      if (next !== null) printer.note(`there are more: add --cursor ${next}`);
    }),
  );
}

function eventColumns({ colors, time }: Printer): readonly Column<AuditEvent>[] {
  return [
    { title: 'POSITION', value: ({ position }) => position, align: 'right' },
    { title: 'TIME', value: ({ occurredAt }) => time(occurredAt) },
    { title: 'EVENT', value: ({ type }) => type, style: colors.bold },
    { title: 'STREAM', value: ({ stream }) => stream },
    { title: 'WHAT', value: ({ data }) => summarize(data) },
    {
      title: 'BY',
      value: ({ principal, actor }) => (actor === undefined ? principal : `${principal ?? ''} (${actor})`),
    },
    { title: 'VIA', value: ({ via }) => via },
    { title: 'WHY', value: ({ reason }) => reason },
  ];
}

/** The short values of an event's data: a tag, the other side of a share. Programs get everything. */
function summarize(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const parts = Object.entries(data).flatMap(([field, value]) =>
    typeof value === 'string' && value.length <= 63 && !hidden.has(field) ? [`${field}=${value}`] : [],
  );
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** Of use to programs only. */
const hidden: ReadonlySet<string> = new Set(['shareId', 'mediaType', 'hash']);
