import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Query } from '../api/api-client.js';
import { imagesSchema, workspacesSchema } from '../api/wire.js';
import type { Candidate, NameSource } from '../completion/candidates.js';
import { candidates } from '../completion/candidates.js';
import type { Shell } from '../completion/scripts.js';
import { completeCommand, completionScript, shells } from '../completion/scripts.js';
import { plainText } from '../output/plain-text.js';
import { resourceTypes } from '../../vocabulary/names.js';
import type { World } from '../world.js';
import { addCommand } from './command.js';
import { Session } from './session.js';

/** Nobody waits longer for a suggestion. In seconds. */
const patience = 1.5;

/** `completion bash|zsh|fish`, and the hidden command that its scripts ask */
export function addCompletion(program: Command, world: World): void {
  addCommand(program, {
    name: 'completion',
    summary: 'print a script that completes commands, options and names in a shell',
    examples: ['completion bash', 'completion zsh > ~/.zfunc/_tagalong', 'completion fish | source'],
  })
    .addArgument(new Argument('<shell>', 'the shell').choices([...shells]))
    .action((shell: Shell) => {
      world.stdout.write(completionScript(shell));
    });
  program
    .command(completeCommand, { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const found = await candidates(program, words, namesFrom(world));
      world.stdout.write(found.map(({ word, description }) => `${word}\t${plainText(description)}\n`).join(''));
    });
}

function namesFrom(world: World): NameSource {
  return async (what, begun) => {
    const session = new Session(world, { timeout: patience, retries: 0 });
    try {
      return await readNames(session, what, begun);
    } catch {
      // Whoever presses a key for suggestions is not told why there are none.
      return [];
    }
  };
}

async function readNames(session: Session, ...[what, begun]: Parameters<NameSource>): Promise<readonly Candidate[]> {
  switch (what) {
    case 'context': {
      const { contexts } = await session.contexts.read();
      return Object.entries(contexts).map(([word, { url }]) => ({ word, description: url }));
    }
    case 'image': {
      const images = await (await session.api()).get('/images', imagesSchema, imagesBegun(begun));
      return images.map(({ metadata: { resourceType, name, sourceWorkspace } }) => ({
        word: `${resourceType}/${name}`,
        description: sourceWorkspace === undefined ? '' : `from ${sourceWorkspace}`,
      }));
    }
    case 'workspace': {
      const workspaces = await (await session.api()).get('/workspaces', workspacesSchema);
      return workspaces.map(({ name, displayName }) => ({ word: name, description: displayName ?? '' }));
    }
  }
}

/** Asks for the images that may be meant, since a workspace can have more than anybody wants to see. */
function imagesBegun(begun: string): Query {
  const [typeBegun = '', nameBegun = ''] = begun.split(/\/(.*)/s);
  const types = resourceTypes.filter((type) => type.startsWith(typeBegun));
  return {
    limit: 100,
    ...(types.length === 1 && { type: types[0] }),
    ...(nameBegun !== '' && { q: nameBegun }),
  };
}
