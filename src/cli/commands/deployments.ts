import type { Command } from 'commander';
import { Option } from 'commander';
import { anythingSchema, deploymentSchema, deploymentsSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import { imageLabel, parseImageReference } from '../input/image-reference.js';
import { shortDigest } from '../output/values.js';
import { parseResourceType, resourceTypes } from '../../vocabulary/names.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { deployedImage, deploymentColumns, deploymentName } from './deployment-views.js';
import { writing } from './session.js';

interface DeployOptions extends WritingOptions {
  readonly kind?: string;
  readonly name: string;
}

/** `deploy TYPE/NAME[:TAG|@DIGEST]`, `deployments list|get|delete` */
export function addDeployments(program: Command, world: World): void {
  addDeploy(program, world);
  const group = addGroup(program, {
    name: 'deployments',
    summary: 'what runs from images in a workspace',
    examples: ['deployments list', 'deployments delete agent/planner'],
  });
  addList(group, world);
  addShow(group, world);
  addDelete(group, world);
}

function addDeploy(program: Command, world: World): void {
  const deploy = addCommand(program, {
    name: 'deploy',
    summary: 'record that something runs from an image',
    description:
      'Records a deployment in the workspace, pinned to the digest that the reference means now; the newest tag if none is given. ' +
      'What is deployed protects its image from being deleted and from cleanup.',
    examples: [
      'deploy sandbox/my-template:v1 --name dev-box',
      'deploy agent/planner --kind agent --name planner-eu -w production',
    ],
  })
    .argument('<image>', 'TYPE/NAME, TYPE/NAME:TAG or TYPE/NAME@DIGEST')
    .requiredOption('--name <name>', 'name of the deployment')
    .addOption(
      new Option('--kind <kind>', 'what it is; the type of the image if left out').choices([...resourceTypes]),
    );
  deploy.action(
    inSession(deploy, 'writing', world, async (session, text: string, options: DeployOptions) => {
      const reference = parseImageReference(text);
      const { tag, digest } = reference;
      if (tag !== undefined && digest !== undefined) {
        throw new UsageError(`${text}: a tag and a digest exclude each other`, 'give one of them');
      }
      const version = tag !== undefined ? `:${tag}` : digest !== undefined ? `@${digest}` : '';
      const body = {
        kind: options.kind ?? reference.resourceType,
        name: options.name,
        image: `${imageLabel(reference)}${version}`,
      };
      const api = await session.api();
      const { body: deployed } = await api.write('POST', '/deployments', deploymentSchema, writing(options, { body }));
      session.printer.done(
        deployed,
        `deployed ${deploymentName(deployed)} from ${deployedImage(deployed)}, pinned to ${shortDigest(deployed.spec.digest)}`,
      );
    }),
  );
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the deployments of a workspace',
    examples: ['deployments list', 'deployments list --kind sandbox -o json'],
  }).addOption(new Option('--kind <kind>', 'only deployments of this kind').choices([...resourceTypes]));
  list.action(
    inSession(list, 'reading', world, async (session, { kind }: { readonly kind?: string }) => {
      const api = await session.api();
      const deployments = await api.get('/deployments', deploymentsSchema, { kind });
      session.printer.list(deployments, deploymentColumns(session.printer), 'There are no deployments.');
    }),
  );
}

function addShow(group: Command, world: World): void {
  const show = addCommand(group, {
    name: 'get',
    summary: 'show a deployment',
    examples: ['deployments get agent/planner'],
  }).argument('<deployment>', 'KIND/NAME');
  show.action(
    inSession(show, 'reading', world, async (session, text: string) => {
      const api = await session.api();
      const deployment = await api.get(deploymentPath(text), deploymentSchema);
      const { metadata, spec } = deployment;
      session.printer.fields(deployment, [
        ['Deployment', deploymentName(deployment)],
        ['Workspace', metadata.workspace],
        ['Image', deployedImage(deployment)],
        ['From', spec.image.sourceWorkspace === undefined ? 'own' : `← ${spec.image.sourceWorkspace}`],
        ['Digest', spec.digest],
        ['Pulls', spec.reference],
        ['Deployed', session.printer.time(metadata.deployedAt)],
        ['By', metadata.deployedBy],
      ]);
    }),
  );
}

function addDelete(group: Command, world: World): void {
  const remove = addCommand(group, {
    name: 'delete',
    summary: 'record that a deployment no longer runs',
    examples: ['deployments delete agent/planner', 'deployments delete agent/planner --yes'],
  })
    .argument('<deployment>', 'KIND/NAME')
    .option('-y, --yes', 'go ahead without asking');
  remove.action(
    inSession(
      remove,
      'writing',
      world,
      async (session, text: string, options: WritingOptions & { readonly yes?: boolean }) => {
        const path = deploymentPath(text);
        if (!(await session.confirm(`Delete the deployment ${text}?`, options.yes))) return;
        const api = await session.api();
        const { body } = await api.write('DELETE', path, anythingSchema, writing(options));
        session.printer.done(body, `deleted deployment ${text}`);
      },
    ),
  );
}

function deploymentPath(text: string): string {
  const slash = text.indexOf('/');
  const kind = parseResourceType(text.slice(0, slash));
  const name = text.slice(slash + 1);
  if (slash < 0 || kind === undefined || name === '') {
    throw new UsageError(
      `deployment ${JSON.stringify(text)} is not KIND/NAME`,
      `kinds are ${resourceTypes.join(', ')}`,
    );
  }
  return `/deployments/${kind}/${encodeURIComponent(name)}`;
}
