import type { Command } from 'commander';
import { cleanupSchema } from '../api/wire.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

interface CleanupOptions extends WritingOptions {
  readonly yes?: boolean;
}

/** `cleanup images` */
export function addCleanup(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'cleanup',
    summary: 'delete what nobody uses',
    examples: ['cleanup images'],
  });
  const images = addCommand(group, {
    name: 'images',
    aliases: ['image', 'img'],
    summary: 'delete the images of a workspace that nobody uses',
    description: 'Deletes every image of the workspace that is neither deployed nor shared nor offered to anyone.',
    examples: ['cleanup images', 'cleanup images -w staging --yes --reason "monthly"'],
  }).option('-y, --yes', 'go ahead without asking');
  images.action(
    inSession(images, 'writing', world, async (session, options: CleanupOptions) => {
      const workspace = await session.requireWorkspace();
      const question = `Delete every image of ${workspace} that is neither deployed nor shared?`;
      if (!(await session.confirm(question, options.yes))) return;
      const api = await session.api();
      const { body } = await api.write('DELETE', '/images', cleanupSchema, writing(options));
      session.printer.done(body, body.message ?? `deleted ${String(body.deleted)} images`);
    }),
  );
}
