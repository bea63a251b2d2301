import type { Command } from 'commander';
import { z } from 'zod';
import { anythingSchema } from '../api/wire.js';
import type { Printer } from '../output/printer.js';
import type { Column } from '../output/table.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

const projectionSchema = z.looseObject({
  name: z.string(),
  version: z.number(),
  state: z.string(),
  checkpoint: z.string().optional(),
  lagMs: z.number(),
  eventsProcessed: z.number(),
  eventsInLog: z.number(),
  fault: z.looseObject({ message: z.string() }).optional(),
  rebuild: z.looseObject({ eventsProcessed: z.number(), eventsInLog: z.number() }).optional(),
});

type Projection = z.infer<typeof projectionSchema>;

interface Action {
  readonly name: 'rebuild' | 'pause' | 'resume' | 'retry';
  readonly summary: string;
  readonly description: string;
  readonly done: (name: string) => string;
}

const actions: readonly Action[] = [
  {
    name: 'rebuild',
    summary: 'build a projection anew from the log',
    description:
      'Builds the projection anew beside the live one, which goes on answering, and swaps them when it has caught up.',
    done: (name) => `rebuilding ${name}: follow it with \`tagalong projections status\``,
  },
  {
    name: 'pause',
    summary: 'stop a projection where it is',
    description: 'Stops the projection where it is. Queries go on to answer what it has seen so far.',
    done: (name) => `paused ${name}`,
  },
  {
    name: 'resume',
    summary: 'let a paused projection go on',
    description: 'Lets a paused projection go on where it stopped.',
    done: (name) => `resumed ${name}`,
  },
  {
    name: 'retry',
    summary: 'let a failed projection try the event again',
    description: 'Lets a projection that stopped at an event try that event again.',
    done: (name) => `${name} tries again`,
  },
];

/** `projections status|rebuild|pause|resume|retry` */
export function addProjections(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'projections',
    aliases: ['projection'],
    summary: 'the read models of the service, for operators',
    examples: ['projections status', 'projections rebuild catalog'],
  });
  addStatus(group, world);
  for (const action of actions) addAction(group, world, action);
}

function addStatus(group: Command, world: World): void {
  const status = addCommand(group, {
    name: 'status',
    aliases: ['list'],
    summary: 'show how far each projection has come',
    examples: ['projections status', 'projections status -o json'],
  });
  status.action(
    inSession(status, 'service', world, async (session) => {
      const api = await session.api();
      const projections = await api.get('/projections', z.array(projectionSchema));
      session.printer.list(projections, projectionColumns(session.printer), 'There are no projections.');
    }),
  );
}

function addAction(group: Command, world: World, { name, summary, description, done }: Action): void {
  const command = addCommand(group, {
    name,
    summary,
    description,
    examples: [`projections ${name} catalog`],
  }).argument('<projection>', 'name of the projection');
  command.action(
    inSession(command, 'administering', world, async (session, projection: string, options: WritingOptions) => {
      const api = await session.api();
      const path = `/projections/${encodeURIComponent(projection)}/${name}`;
      const { body } = await api.write('POST', path, anythingSchema, writing(options));
      session.printer.done(body ?? { name: projection }, done(projection));
    }),
  );
}

function projectionColumns({ colors }: Printer): readonly Column<Projection>[] {
  return [
    { title: 'PROJECTION', value: ({ name }) => name },
    {
      title: 'STATE',
      value: ({ state }) => state,
      style: (text, { state }) => {
        if (state === 'failed') return colors.red(text);
        return state === 'live' ? colors.green(text) : colors.yellow(text);
      },
    },
    { title: 'VERSION', value: ({ version }) => version, align: 'right' },
    {
      title: 'EVENTS',
      value: ({ eventsProcessed, eventsInLog }) => share(eventsProcessed, eventsInLog),
      align: 'right',
    },
    { title: 'LAG', value: ({ lagMs }) => `${String(Math.round(lagMs))} ms`, align: 'right' },
    { title: 'POSITION', value: ({ checkpoint }) => checkpoint, align: 'right' },
    {
      title: 'REBUILD',
      value: ({ rebuild }) => (rebuild === undefined ? undefined : share(rebuild.eventsProcessed, rebuild.eventsInLog)),
      align: 'right',
    },
    { title: 'FAULT', value: ({ fault }) => fault?.message, style: colors.red },
  ];
}

function share(done: number, total: number): string {
  return `${String(done)} of ${String(total)}`;
}
