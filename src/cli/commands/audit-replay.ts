import type { Command } from 'commander';
import { z } from 'zod';
import { failedLineSchema, failureOf } from '../api/failed-line.js';
import { deploymentSchema, imageSchema } from '../api/wire.js';
import type { Deployment, Image } from '../api/wire.js';
import { CliError, UsageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { ImageReference } from '../input/image-reference.js';
import { imageLabel, parseWholeImage } from '../input/image-reference.js';
import type { Printer } from '../output/printer.js';
import { Progress } from '../output/progress.js';
import { formatTable } from '../output/table.js';
import type { World } from '../world.js';
import { addDataOption, messagesFrom } from './audit-source.js';
import { addCommand, inSession } from './command.js';
import { addWorkspaceOption } from './common-options.js';
import { deploymentColumns } from './deployment-views.js';
import { describeImage, imageColumns } from './image-views.js';
import type { Session } from './session.js';

interface ReplayOptions {
  readonly to?: string;
  readonly image?: string;
  readonly data?: string;
}

const messageSchema = z.union([
  z.looseObject({ kind: z.literal('progress'), events: z.number(), of: z.number() }),
  z.looseObject({ kind: z.literal('image'), image: imageSchema }),
  z.looseObject({ kind: z.literal('deployment'), deployment: deploymentSchema }),
  failedLineSchema,
  z.looseObject({ kind: z.literal('result'), events: z.number(), through: z.string().optional() }),
]);

type ReplayLine = z.infer<typeof messageSchema>;

/** What a replay has built. */
interface ReplayedState {
  readonly events: number;
  readonly through: string | undefined;
  readonly images: readonly Image[];
  readonly deployments: readonly Deployment[];
}

/** `audit replay` */
export function addAuditReplay(group: Command, world: World): void {
  const command = addDataOption(
    addWorkspaceOption(
      addCommand(group, {
        name: 'replay',
        summary: 'build a state of the past from the log alone, and show it',
        description:
          'Reads the log from its beginning up to a time or position and shows what every workspace saw then and what ran there, ' +
          'for operators. Nothing but the log is believed: neither the read model nor its history. With -w, what one workspace saw.',
        examples: [
          'audit replay',
          'audit replay --to 2026-09-01T12:00:00Z -w production',
          'audit replay --to 0000000000000042 --image sandbox/my-template -o json',
          'audit replay --data ./restored-backup --to 2026-09-01T12:00:00Z',
        ],
      }),
    )
      .option('--to <time|position>', 'up to this time (RFC 3339) or position; to the end of the log if left out')
      .option('--image <image>', 'only this image, TYPE/NAME, with its tags'),
  );
  command.action(
    inSession(command, 'service', world, async (session, options: ReplayOptions) => {
      const image =
        options.image === undefined ? undefined : parseWholeImage(options.image, 'a whole image is replayed');
      const state = await collect(session, messages(session, options, image));
      const { printer } = session;
      printer.note(
        `replayed ${String(state.events)} events${state.through === undefined ? '' : `, up to position ${state.through}`}`,
      );
      printer.result(state, () => describeState(state, image !== undefined, printer));
    }),
  );
}

function messages(
  session: Session,
  { to, data }: ReplayOptions,
  image: ImageReference | undefined,
): AsyncIterable<ReplayLine> {
  const { workspace } = session.options;
  return messagesFrom(session, data, messageSchema, {
    path: '/audit/replay',
    query: { to, workspace, image: image && imageLabel(image) },
    directory: ({ parseReplayTo, replayDirectory }, directory, signal) => {
      const parsed = to === undefined ? undefined : parseReplayTo(to);
      if (to !== undefined && parsed === undefined) {
        throw new UsageError(
          `--to ${JSON.stringify(to)} is neither a time nor a position`,
          'write a time as 2026-01-31T12:00:00Z, a position as `audit events` shows it',
        );
      }
      return replayDirectory(directory, { to: parsed, workspace, image }, { signal });
    },
  });
}

async function collect(session: Session, lines: AsyncIterable<ReplayLine>): Promise<ReplayedState> {
  const progress = new Progress(session.world.stderr);
  const images: Image[] = [];
  const deployments: Deployment[] = [];
  try {
    for await (const line of lines) {
      switch (line.kind) {
        case 'progress':
          progress.show('replaying', line.events, line.of);
          break;
        case 'image':
          images.push(line.image);
          break;
        case 'deployment':
          deployments.push(line.deployment);
          break;
        case 'failed':
          throw failureOf(line);
        case 'result':
          return { events: line.events, through: line.through, images, deployments };
      }
    }
  } finally {
    progress.clear();
  }
  throw new CliError('the replay broke off before its result', exitCodes.unavailable, 'run it again');
}

function describeState({ images, deployments }: ReplayedState, isDetailed: boolean, printer: Printer): string {
  const { colors } = printer;
  const parts: string[] = [];
  if (images.length === 0) parts.push('There were no images.\n');
  else if (isDetailed) parts.push(...images.map((image) => describeImage(image, printer)));
  else {
    const columns = [
      { title: 'WORKSPACE', value: ({ metadata }: Image) => metadata.workspace },
      ...imageColumns(printer, new Set()),
    ];
    parts.push(formatTable(columns, images, colors));
  }
  if (deployments.length > 0) {
    const columns = [
      { title: 'WORKSPACE', value: ({ metadata }: Deployment) => metadata.workspace },
      ...deploymentColumns(printer),
    ];
    parts.push(formatTable(columns, deployments, colors));
  }
  return parts.join('\n');
}
