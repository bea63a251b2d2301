import type { Command } from 'commander';
import { z } from 'zod';
import { anythingSchema, deploymentsSchema, imageSchema, shareRequestSchema } from '../api/wire.js';
import type { Deployment } from '../api/wire.js';
import { imageLabel, imagePath, parseWholeImage } from '../input/image-reference.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession, refuseWorkspaceBefore } from './command.js';
import type { WritingOptions } from './common-options.js';
import { parseWorkspace } from './common-options.js';
import { deploymentColumns } from './deployment-views.js';
import type { Printer } from '../output/printer.js';
import { formatTable } from '../output/table.js';
import type { Session } from './session.js';
import { writing } from './session.js';

interface ShareOptions extends WritingOptions {
  readonly workspace: string;
  readonly from?: string;
  readonly accountId?: string;
}

interface UnshareOptions extends ShareOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

const coversAll =
  'sharing covers the whole image with all its tags, also those pushed later, and cannot be about one tag';

/** `share image TYPE/NAME -w TARGET`, `unshare image TYPE/NAME -w TARGET` */
export function addShare(program: Command, world: World): void {
  addShareImage(program, world);
  addUnshareImage(program, world);
}

function addShareImage(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'share',
    summary: 'share an image with another workspace',
    examples: ['share image sandbox/my-template -w other-workspace'],
  });
  const share = addCommand(group, {
    name: 'image',
    aliases: ['images', 'img'],
    summary: 'share an image with another workspace',
    description:
      'Makes the image visible in the target workspace, with all its tags, also those pushed later. No data is copied, and ' +
      'storage stays with the owner. A target in another account is asked first, when both accounts allow it: add its account id.',
    examples: [
      'share image sandbox/my-template -w other-workspace',
      'share image sandbox/my-template -w partner --account-id acme --reason "pilot, agreed with Kim"',
      'share image agent/planner --from platform-team -w production',
    ],
  })
    .argument('<image>', 'TYPE/NAME, without a tag')
    .requiredOption('-w, --workspace <target>', 'the workspace to share with', parseWorkspace)
    .option('--account-id <id>', 'the account of the target, when that is another one')
    .option(
      '--from <workspace>',
      'the workspace that owns the image, when that is not the current one',
      parseWorkspace,
    );
  share.action(
    inSession(share, 'sharing', world, async (session, text: string, options: ShareOptions) => {
      refuseWorkspaceBefore(share);
      const reference = parseWholeImage(text, coversAll);
      const { workspace: target, accountId, from } = options;
      const api = await actingIn(session, from);
      const body = { targetWorkspace: target, ...(accountId !== undefined && { targetAccountId: accountId }) };
      const path = `${imagePath(reference)}/share`;
      const { body: answer } = await api.write('POST', path, shareAnswerSchema, writing(options, { body }));
      const { printer } = session;
      if ('metadata' in answer) {
        printer.done(
          answer,
          `shared ${imageLabel(reference)} with ${target}: it sees all tags, also those pushed later`,
        );
        return;
      }
      const expiry = answer.expiresAt === undefined ? '' : ` until ${printer.time(answer.expiresAt) ?? ''}`;
      printer.done(
        answer,
        `asked ${target} to take ${imageLabel(reference)}: an admin there has to accept request ${answer.id}${expiry}`,
      );
    }),
  );
}

function addUnshareImage(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'unshare',
    summary: 'end the sharing of an image with another workspace',
    examples: ['unshare image sandbox/my-template -w other-workspace'],
  });
  const unshare = addCommand(group, {
    name: 'image',
    aliases: ['images', 'img'],
    summary: 'end the sharing of an image with another workspace',
    description:
      'Takes the image out of the target workspace. What runs there from it is shown first, and going ahead is asked for. ' +
      'The image itself is not touched. A request that was not answered yet is withdrawn.',
    examples: [
      'unshare image sandbox/my-template -w other-workspace',
      'unshare image sandbox/my-template -w other-workspace --dry-run -o json',
      'unshare image sandbox/my-template -w other-workspace --yes --reason "project ended"',
    ],
  })
    .argument('<image>', 'TYPE/NAME, without a tag')
    .requiredOption('-w, --workspace <target>', 'the workspace it is shared with', parseWorkspace)
    .option('--from <workspace>', 'the workspace that owns the image, when that is not the current one', parseWorkspace)
    .option('-y, --yes', 'go ahead without asking')
    .option('--dry-run', 'only show what would break');
  unshare.action(
    inSession(unshare, 'sharing', world, async (session, text: string, options: UnshareOptions) => {
      refuseWorkspaceBefore(unshare);
      const reference = parseWholeImage(text, coversAll);
      const { workspace: target, from, yes, dryRun } = options;
      const api = await actingIn(session, from);
      const { printer } = session;
      const path = `${imagePath(reference)}/share/${target}`;
      if (dryRun === true || yes !== true) {
        const { body } = await api.write('DELETE', path, impactSchema, { query: { dryRun: true } });
        if (dryRun === true) {
          printer.result(body, () => describeImpact(body.wouldBreak, target, printer));
          return;
        }
        printer.aside.raw(describeImpact(body.wouldBreak, target, printer.aside));
        if (!(await session.confirm(`End the sharing of ${imageLabel(reference)} with ${target}?`, yes))) return;
      }
      const { body: image } = await api.write('DELETE', path, anythingSchema, writing(options));
      printer.done(image, `${imageLabel(reference)} is no longer shared with ${target}`);
    }),
  );
}

const shareAnswerSchema = z.union([imageSchema, shareRequestSchema]);

const impactSchema = z
  .union([deploymentsSchema, z.looseObject({ wouldBreak: deploymentsSchema })])
  .transform((answer) => (Array.isArray(answer) ? { wouldBreak: answer } : answer));

function describeImpact(
  wouldBreak: readonly Deployment[],
  target: string,
  printer: Pick<Printer, 'colors' | 'time'>,
): string {
  if (wouldBreak.length === 0) return `Nothing that runs in ${target} depends on it.\n`;
  const count = wouldBreak.length === 1 ? '1 deployment' : `${String(wouldBreak.length)} deployments`;
  return `${count} in ${target} would lose the image:\n${formatTable(deploymentColumns(printer), wouldBreak, printer.colors)}`;
}

function actingIn(session: Session, from: string | undefined) {
  // Here `-w` is the target; it must not be taken for the workspace to act in.
  return session.api(from ?? null);
}
