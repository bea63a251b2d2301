import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import type { Printer } from '../output/printer.js';
import { formatFields, formatTable } from '../output/table.js';
import { formatBytes } from '../output/values.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';

/** Integers that a number cannot hold exactly come as text. */
const figure = z.union([z.number(), z.string()]);

const storageSchema = z.looseObject({
  from: z.string(),
  to: z.string(),
  workspaces: z.array(
    z.looseObject({
      workspace: z.string(),
      bytesNow: figure,
      byteHours: z.number(),
      images: z.array(
        z.looseObject({ resourceType: z.string(), name: z.string(), bytesNow: figure, byteHours: z.number() }),
      ),
      shared: z.array(
        z.looseObject({ resourceType: z.string(), name: z.string(), sourceWorkspace: z.string(), sharedBytes: figure }),
      ),
    }),
  ),
});

type Storage = z.infer<typeof storageSchema>;
type WorkspaceStorage = Storage['workspaces'][number];

interface StorageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
}

interface Line {
  readonly image: string;
  readonly source: string | undefined;
  readonly bytesNow: number;
  readonly byteHours: number;
  readonly sharedBytes: number | undefined;
}

/** `billing storage` */
export function addBilling(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'billing',
    summary: 'what is stored and what it comes to',
    examples: ['billing storage --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z'],
  });
  const storage = addCommand(group, {
    name: 'storage',
    summary: 'show bytes stored now and byte-hours over a period, per image',
    description:
      'Each distinct digest counts once per workspace. The owner pays; an image shared in shows its bytes at a price of nothing.',
    examples: [
      'billing storage',
      'billing storage --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z',
      'billing storage -w production --from 2026-09-01T00:00:00Z -o json',
    ],
  })
    .option('--from <time>', 'beginning of the period (RFC 3339); the beginning of this month if left out')
    .option('--to <time>', 'end of the period (RFC 3339); now if left out')
    .addOption(
      new Option('--step <step>', 'for programs: the bytes stored over the period as well').choices(['hour', 'day']),
    );
  storage.action(
    inSession(storage, 'reading', world, async (session, { from, to, step }: StorageOptions) => {
      const api = await session.api();
      const report = await api.get('/billing/storage', storageSchema, { from, to, step });
      session.printer.result(report, () => describe(report, session.printer));
    }),
  );
}

function describe({ from, to, workspaces }: Storage, printer: Printer): string {
  const head = formatFields(
    [
      ['From', printer.time(from)],
      ['To', printer.time(to)],
    ],
    printer.colors,
  );
  if (workspaces.length === 0) return `${head}\nNothing was stored.\n`;
  return `${head}${workspaces.map((workspace) => `\n${describeWorkspace(workspace, printer)}`).join('')}`;
}

function describeWorkspace(storage: WorkspaceStorage, { colors }: Printer): string {
  const owned: readonly Line[] = storage.images.map(({ resourceType, name, bytesNow, byteHours }) => ({
    image: `${resourceType}/${name}`,
    source: undefined,
    bytesNow: Number(bytesNow),
    byteHours,
    sharedBytes: undefined,
  }));
  const sharedIn: readonly Line[] = storage.shared.map(({ resourceType, name, sourceWorkspace, sharedBytes }) => ({
    image: `${resourceType}/${name}`,
    source: sourceWorkspace,
    bytesNow: 0,
    byteHours: 0,
    sharedBytes: Number(sharedBytes),
  }));
  const total: Line = {
    image: 'total',
    source: undefined,
    bytesNow: Number(storage.bytesNow),
    byteHours: storage.byteHours,
    sharedBytes: undefined,
  };
  const table = formatTable(
    [
      { title: 'IMAGE', value: ({ image }) => image },
      {
        title: 'FROM',
        value: ({ source, image }) => (image === 'total' ? ' ' : source === undefined ? 'own' : `← ${source}`),
        style: (text, { source }) => (source === undefined ? colors.green(text) : colors.cyan(text)),
      },
      { title: 'STORED NOW', value: ({ bytesNow }) => formatBytes(bytesNow), align: 'right' },
      { title: 'BYTE-HOURS', value: ({ byteHours }) => `${formatBytes(byteHours)}·h`, align: 'right' },
      {
        title: 'SHARED',
        value: ({ sharedBytes }) => (sharedBytes === undefined ? undefined : formatBytes(sharedBytes)),
        align: 'right',
      },
    ],
    [...owned, ...sharedIn, total],
    colors,
  );
  return `${colors.bold(storage.workspace)}\n${table}`;
}
