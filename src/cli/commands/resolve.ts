import type { Command } from 'commander';
import { resolvedSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import { imagePath, parseImageReference } from '../input/image-reference.js';
import { formatBytes } from '../output/values.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';

/** `resolve TYPE/NAME[:TAG|@DIGEST]` */
export function addResolve(program: Command, world: World): void {
  const resolve = addCommand(program, {
    name: 'resolve',
    summary: 'show what a reference means: whose repository, which digest, what to pull',
    description: 'Resolves a reference as the workspace sees it; the newest tag if none is given.',
    examples: [
      'resolve sandbox/my-template:v1',
      'resolve agent/planner --pull-reference',
      'resolve agent/planner -o json',
    ],
  })
    .argument('<image>', 'TYPE/NAME, TYPE/NAME:TAG or TYPE/NAME@DIGEST')
    .option('--pull-reference', 'print only what to pull, for scripts');
  resolve.action(
    inSession(
      resolve,
      'reading',
      world,
      async (session, text: string, options: { readonly pullReference?: boolean }) => {
        const reference = parseImageReference(text);
        const { tag, digest } = reference;
        if (tag !== undefined && digest !== undefined) {
          throw new UsageError(`${text}: a tag and a digest exclude each other`, 'give one of them');
        }
        const api = await session.api();
        const resolved = await api.get(`${imagePath(reference)}/resolve`, resolvedSchema, { tag, digest });
        const { printer } = session;
        if (options.pullReference === true) {
          printer.done(resolved, resolved.reference);
          return;
        }
        printer.fields(resolved, [
          ['Pull', resolved.reference],
          ['Source', `${resolved.source.workspace}/${resolved.source.resourceType}/${resolved.source.name}`],
          ['Tag', resolved.tag],
          ['Digest', resolved.digest],
          ['Size', resolved.size === undefined ? undefined : formatBytes(resolved.size)],
          ['Media type', resolved.mediaType],
          ['Platforms', resolved.platforms?.length ? resolved.platforms.join(', ') : undefined],
        ]);
      },
    ),
  );
}
