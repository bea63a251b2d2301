import type { Image, ImageTag } from '../api/wire.js';
import type { Printer } from '../output/printer.js';
import type { Column } from '../output/table.js';
import { formatFields, formatTable } from '../output/table.js';
import { formatBytes, shortDigest } from '../output/values.js';

/** `← platform-team` for an image shared in; the workspace's own ones have no arrow. */
export function sourceBadge({ metadata: { sourceWorkspace } }: Image): string {
  return sourceWorkspace === undefined ? 'own' : `← ${sourceWorkspace}`;
}

/** `TYPE/NAME` */
export function imageName({ metadata: { resourceType, name } }: Image): string {
  return `${resourceType}/${name}`;
}

/** The columns of a list of images. Those named in `sharedOut` are shared by this workspace with others. */
export function imageColumns({ colors, time }: Printer, sharedOut: ReadonlySet<string>): readonly Column<Image>[] {
  return [
    { title: 'IMAGE', value: imageName },
    {
      title: 'FROM',
      value: (image) => (sharedOut.has(imageName(image)) ? 'own →' : sourceBadge(image)),
      style: (text, image) => (image.metadata.sourceWorkspace === undefined ? colors.green(text) : colors.cyan(text)),
    },
    { title: 'TAGS', value: ({ spec }) => spec.tags?.length ?? 0, align: 'right' },
    { title: 'LATEST', value: (image) => latestTag(image)?.name },
    {
      title: 'SIZE',
      value: ({ spec }) => (spec.size === undefined ? undefined : formatBytes(spec.size)),
      align: 'right',
    },
    { title: 'UPDATED', value: ({ metadata }) => time(metadata.updatedAt) },
    { title: 'LAST DEPLOYED', value: ({ metadata }) => time(metadata.lastDeployedAt) },
  ];
}

/** One image with its tags. */
export function describeImage(image: Image, { colors, time }: Printer): string {
  const { metadata, spec } = image;
  const fields = formatFields(
    [
      ['Image', imageName(image)],
      ['Workspace', metadata.workspace],
      ['From', metadata.sourceWorkspace === undefined ? 'own' : `← ${metadata.sourceWorkspace}`],
      ['Shared', time(metadata.sharedAt)],
      ['Size', spec.size === undefined ? undefined : formatBytes(spec.size)],
      ['Created', time(metadata.createdAt)],
      ['Last deployed', time(metadata.lastDeployedAt)],
    ],
    colors,
  );
  const tags = spec.tags ?? [];
  const columns: readonly Column<ImageTag>[] = [
    { title: 'TAG', value: ({ name }) => name },
    { title: 'DIGEST', value: ({ digest }) => (digest === undefined ? undefined : shortDigest(digest)) },
    { title: 'SIZE', value: ({ size }) => (size === undefined ? undefined : formatBytes(size)), align: 'right' },
    { title: 'PLATFORMS', value: ({ platforms }) => (platforms?.length ? platforms.join(', ') : undefined) },
    { title: 'CREATED', value: ({ createdAt }) => time(createdAt) },
    { title: 'UPDATED', value: ({ updatedAt }) => time(updatedAt) },
  ];
  return `${fields}\n${tags.length === 0 ? 'It has no tags.\n' : formatTable(columns, tags, colors)}`;
}

/** The tag created last, which is what `--latest` means elsewhere too; of equals, the one pushed last. */
export function latestTag({ spec }: Image): ImageTag | undefined {
  const rank = ({ createdAt, updatedAt }: ImageTag) => `${createdAt ?? ''} ${updatedAt ?? ''}`;
  let latest: ImageTag | undefined;
  for (const tag of spec.tags ?? []) {
    if (latest === undefined || rank(tag) > rank(latest)) latest = tag;
  }
  return latest;
}
