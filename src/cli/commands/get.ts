import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ApiClient } from '../api/api-client.js';
import type { Image } from '../api/wire.js';
import { imageSchema, imagesSchema } from '../api/wire.js';
import { CliError, UsageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { imageLabel, imagePath, parseImageReference } from '../input/image-reference.js';
import { parseResourceType, resourceTypes } from '../../vocabulary/names.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import { parsePositive } from './common-options.js';
import { describeImage, imageColumns, imageName, latestTag } from './image-views.js';
import type { Session } from './session.js';

interface GetOptions {
  readonly latest?: boolean | undefined;
  readonly at?: string | undefined;
  readonly type?: string | undefined;
  readonly search?: string | undefined;
  readonly shared?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const pageSize = 200;

/** `get images`, `get image TYPE/NAME[:TAG]` */
export function addGet(program: Command, world: World): void {
  const get = addGroup(program, {
    name: 'get',
    summary: 'show images',
    examples: ['get images', 'get image sandbox/my-template', 'get image sandbox/my-template --latest'],
  });
  const image = addCommand(get, {
    name: 'images',
    aliases: ['image', 'img'],
    summary: 'show the images of a workspace, or one with its tags',
    description:
      'Shows what a workspace sees: the images it owns, with an arrow to the right when it shares them, and the images shared ' +
      'with it, with an arrow to the left and the workspace they come from. With --at, what it saw then.',
    examples: [
      'get images',
      'get images --type sandbox --shared in -o json',
      'get images --at 2026-09-01T12:00:00Z',
      'get image sandbox/my-template',
      'get image sandbox/my-template:v1 -o yaml',
      'get image sandbox/my-template --latest',
    ],
  })
    .argument('[image]', 'TYPE/NAME or TYPE/NAME:TAG; all images if left out')
    .option('--latest', 'print only the reference with the newest tag, for scripts')
    .option('--at <time|position>', 'what was there at a time (RFC 3339) or position')
    .option('--type <type>', 'only images of this resource type', parseType)
    .option('-q, --search <text>', 'only images with this text in their name')
    .addOption(
      new Option('--shared <direction>', 'only images shared in, shared out, or neither').choices([
        'in',
        'out',
        'none',
      ]),
    )
    .option('--limit <number>', 'at most so many images', parsePositive)
    .option('--cursor <cursor>', 'go on where an earlier list ended');
  image.action(
    inSession(image, 'reading', world, async (session, reference: string | undefined, options: GetOptions) => {
      if (reference === undefined) await listImages(session, options);
      else await showImage(session, reference, options);
    }),
  );
}

async function listImages(session: Session, options: GetOptions): Promise<void> {
  if (options.latest === true) throw new UsageError('--latest is about one image', 'name it: TYPE/NAME');
  const api = await session.api();
  const { images, next } = await collect(api, options);
  const { printer } = session;
  const sharedOut = await namesSharedOut(api, images, options, printer.format === 'table');
  printer.list(images, imageColumns(printer, sharedOut), 'There are no images.');
  if (next !== undefined) printer.note(`there are more: add --cursor ${next}`);
}

async function collect(
  api: ApiClient,
  { at, type, search, shared, limit, cursor }: GetOptions,
): Promise<{ readonly images: readonly Image[]; readonly next: string | undefined }> {
  const images: Image[] = [];
  let next = cursor;
  do {
    const wanted = limit === undefined ? pageSize : Math.min(pageSize, limit - images.length);
    const query = { limit: wanted, cursor: next, q: search, type, shared, at };
    const { body, headers } = await api.getAnswer('/images', imagesSchema, query);
    images.push(...body);
    const following = headers.get('x-next-cursor') ?? undefined;
    if (following !== undefined && following === next) {
      throw new CliError('the service gave the same page twice', exitCodes.failed);
    }
    next = following;
  } while (next !== undefined && (limit === undefined || images.length < limit));
  return { images, next };
}

/**
 * Which of the images the workspace shares with others, for the arrows people are shown. An image of its own does not
 * say so in a list; the list of those shared out does.
 */
async function namesSharedOut(
  api: ApiClient,
  images: readonly Image[],
  { at, type, search, shared }: GetOptions,
  isShown: boolean,
): Promise<ReadonlySet<string>> {
  const isOwn = ({ metadata }: Image) => metadata.sourceWorkspace === undefined;
  // Of the past the service does not tell what was shared out.
  if (!isShown || at !== undefined || shared === 'none' || !images.some(isOwn)) return new Set();
  const found = shared === 'out' ? images : (await collect(api, { type, search, shared: 'out' })).images;
  return new Set(found.map(imageName));
}

async function showImage(session: Session, text: string, options: GetOptions): Promise<void> {
  const reference = parseImageReference(text);
  const { tag, digest } = reference;
  if (digest !== undefined) throw new UsageError(`${text}: images are not shown by digest`, 'use `tagalong resolve`');
  if (options.latest === true && tag !== undefined) {
    throw new UsageError(`${text}: --latest and a tag exclude each other`, `write ${imageLabel(reference)} --latest`);
  }
  const api = await session.api();
  const image = await api.get(imagePath(reference), imageSchema, { at: options.at });
  const { printer } = session;
  if (options.latest === true) {
    const latest = latestTag(image);
    if (latest === undefined) throw notFound(`${imageLabel(reference)} has no tags`);
    printer.done({ reference: `${imageName(image)}:${latest.name}`, ...latest }, `${imageName(image)}:${latest.name}`);
    return;
  }
  const shown = tag === undefined ? image : onlyTag(image, tag);
  printer.result(shown, () => describeImage(shown, printer));
}

function onlyTag(image: Image, tag: string): Image {
  const tags = image.spec.tags?.filter(({ name }) => name === tag) ?? [];
  if (tags.length === 0) throw notFound(`${imageName(image)} has no tag ${tag}`);
  return { ...image, spec: { ...image.spec, tags } };
}

function notFound(message: string): CliError {
  return new CliError(message, exitCodes.notFound);
}

function parseType(text: string): string {
  const type = parseResourceType(text);
  if (type !== undefined) return type;
  throw new InvalidArgumentError(`Resource types are ${resourceTypes.join(', ')}.`);
}
