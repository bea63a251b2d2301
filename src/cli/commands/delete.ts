import type { Command } from 'commander';
import type { ApiClient } from '../api/api-client.js';
import { anythingSchema, imageSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import { imageLabel, imagePath, parseImageReference } from '../input/image-reference.js';
import type { ImageReference } from '../input/image-reference.js';
import { formatBytes } from '../output/values.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import type { Session } from './session.js';
import { writing } from './session.js';

interface DeleteOptions extends WritingOptions {
  readonly yes?: boolean;
}

/** `delete image TYPE/NAME[:TAG]` */
export function addDelete(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'delete',
    summary: 'delete images or tags',
    examples: ['delete image sandbox/my-template:v1', 'delete image sandbox/my-template --yes'],
  });
  const image = addCommand(group, {
    name: 'image',
    aliases: ['images', 'img'],
    summary: 'delete images with all their tags, or single tags',
    description:
      'TYPE/NAME:TAG deletes that tag only; TYPE/NAME deletes the image with all its tags. Refused while the image is shared or ' +
      'something deployed uses it.',
    examples: [
      'delete image sandbox/my-template:v1',
      'delete image sandbox/my-template --yes --reason "replaced by base-image"',
      'delete image agent/one:v1 agent/two:v2 --yes',
    ],
  })
    .argument('<image...>', 'TYPE/NAME:TAG for one tag, TYPE/NAME for all')
    .option('-y, --yes', 'go ahead without asking');
  image.action(
    inSession(image, 'writing', world, async (session, texts: string[], options: DeleteOptions) => {
      const references = texts.map(parseImageReference);
      if (options.idempotencyKey !== undefined && references.length > 1) {
        throw new UsageError('--idempotency-key is about one change', 'delete one at a time, or leave it out');
      }
      for (const [position, reference] of references.entries()) {
        if (reference.digest !== undefined) {
          throw new UsageError(`${texts[position] ?? ''}: digests are not deleted`, 'delete the tags that point at it');
        }
      }
      const api = await session.api();
      for (const reference of references) await deleteOne(session, api, reference, options);
    }),
  );
}

async function deleteOne(
  session: Session,
  api: ApiClient,
  reference: ImageReference,
  options: DeleteOptions,
): Promise<void> {
  const { tag } = reference;
  const label = imageLabel(reference);
  const path = imagePath(reference);
  if (tag !== undefined) {
    if (!(await session.confirm(`Delete the tag ${label}:${tag}?`, options.yes))) return;
    const tagPath = `${path}/tags/${encodeURIComponent(tag)}`;
    const { body } = await api.write('DELETE', tagPath, anythingSchema, writing(options));
    session.printer.item(body, () => `deleted ${label}:${tag}`);
    return;
  }
  if (options.yes !== true) {
    const { spec } = await api.get(path, imageSchema);
    const tags = spec.tags?.length ?? 0;
    const size = spec.size === undefined ? '' : `, ${formatBytes(spec.size)}`;
    const question = `Delete ${label} with ${tags === 1 ? 'its tag' : `all ${String(tags)} tags`}${size}?`;
    if (!(await session.confirm(question, false))) return;
  }
  const { body } = await api.write('DELETE', path, anythingSchema, writing(options));
  session.printer.item(body, () => `deleted ${label} with all its tags`);
}
