import type { Deployment } from '../api/wire.js';
import type { Printer } from '../output/printer.js';
import type { Column } from '../output/table.js';
import { shortDigest } from '../output/values.js';

/** `KIND/NAME` of a deployment. */
export function deploymentName({ metadata: { kind, name } }: Deployment): string {
  return `${kind}/${name}`;
}

/** `TYPE/NAME[:TAG]` that a deployment runs from. */
export function deployedImage({ spec: { image, tag } }: Deployment): string {
  return `${image.resourceType}/${image.name}${tag === undefined ? '' : `:${tag}`}`;
}

/** The columns of a list of deployments in one workspace. */
export function deploymentColumns({ colors, time }: Pick<Printer, 'colors' | 'time'>): readonly Column<Deployment>[] {
  return [
    { title: 'DEPLOYMENT', value: deploymentName },
    { title: 'IMAGE', value: deployedImage },
    {
      title: 'FROM',
      value: ({ spec: { image } }) => (image.sourceWorkspace === undefined ? 'own' : `← ${image.sourceWorkspace}`),
      style: (text, { spec: { image } }) =>
        image.sourceWorkspace === undefined ? colors.green(text) : colors.cyan(text),
    },
    { title: 'DIGEST', value: ({ spec }) => shortDigest(spec.digest) },
    { title: 'DEPLOYED', value: ({ metadata }) => time(metadata.deployedAt) },
    { title: 'BY', value: ({ metadata }) => metadata.deployedBy },
  ];
}
