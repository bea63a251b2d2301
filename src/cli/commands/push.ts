import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { imageSchema } from '../api/wire.js';
import { UsageError } from '../cli-error.js';
import { imageLabel, imagePath, parseTaggedImage } from '../input/image-reference.js';
import type { ImageContent } from '../oci/image-content.js';
import { isPlatform } from '../oci/platform.js';
import { formatBytes } from '../output/values.js';
import { isDigest } from '../../vocabulary/names.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { writing } from './session.js';

interface PushOptions extends WritingOptions {
  readonly ociLayout?: string;
  readonly dockerArchive?: string;
  readonly digest?: string;
  readonly size?: number;
  readonly mediaType?: string;
  readonly platform?: readonly string[];
  readonly verifyLayers?: boolean;
  readonly dryRun?: boolean;
}

/** `push TYPE/NAME:TAG` */
export function addPush(program: Command, world: World): void {
  const push = addCommand(program, {
    name: 'push',
    summary: 'push a tag, with digest, size and platforms read from the image',
    description:
      'Puts a tag into the catalog of the workspace, and so into that of every workspace the image is shared with. The image is ' +
      'registered with its first tag.\n\n' +
      'Digest, size and platforms are read from the image itself: from an OCI image layout (DIR or DIR:REF), from an archive of ' +
      '`docker save`, `podman save` or `docker buildx build --output type=oci` (FILE, FILE:REF, or - for standard input), or they are ' +
      'given. Manifests and configs are verified against their digests. The size is that of configs and layers, of all platforms, ' +
      'each distinct digest once. Attestations are not counted among the platforms.\n\n' +
      'Archives of older Dockers have no manifest. Their digest is that of the OCI manifest over the config and the layers as they are in the ' +
      'archive, which is not the digest of a registry that was given the layers compressed.',
    examples: [
      'push sandbox/my-template:v1 --oci-layout ./layout',
      'push sandbox/my-template:v1 --oci-layout ./layout:release --platform linux/arm64',
      'push job/nightly:2 --docker-archive image.tar --reason "fix for the timezone"',
      `push agent/planner:v3 --digest sha256:${'2d66f57c7db6097c'.repeat(4)} --size 52428800 --platform linux/amd64`,
      'docker save demo:v1 | tagalong push agent/demo:v1 --docker-archive -',
    ],
  })
    .argument('<image>', 'TYPE/NAME:TAG')
    .option('--oci-layout <dir[:ref]>', 'read the image from an OCI image layout')
    .option('--docker-archive <file[:ref]>', 'read the image from an archive')
    .option('--digest <digest>', 'digest of the manifest or index, when there is no image to read', parseDigest)
    .option('--size <bytes>', 'with --digest: bytes of configs and layers', parseSize)
    .option('--media-type <type>', 'with --digest: media type of the manifest or index')
    .option(
      '--platform <os/architecture>',
      'with --digest: a platform the image is for (repeat for more); otherwise: push only the manifest for this platform',
      addPlatform,
    )
    .option('--verify-layers', 'with --oci-layout: hash the layers too, not only what describes them')
    .option('--dry-run', 'read the image and show what would be pushed');
  push.action(
    inSession(push, 'writing', world, async (session, text: string, options: PushOptions) => {
      const reference = parseTaggedImage(text);
      const { notes, ...content } = await contentOf(options, world);
      const { printer } = session;
      for (const note of notes) printer.note(note);
      const label = `${imageLabel(reference)}:${reference.tag}`;
      const facts = [content.digest, formatBytes(content.size), content.platforms.join(', ')].filter(
        (fact) => fact !== '',
      );
      if (options.dryRun === true) {
        printer.done(content, `would push ${label}  ${facts.join('  ')}`);
        return;
      }
      const api = await session.api();
      const path = `${imagePath(reference)}/tags/${encodeURIComponent(reference.tag)}`;
      const { digest, size, mediaType, platforms } = content;
      const body = {
        digest,
        size,
        ...(mediaType !== undefined && { mediaType }),
        ...(platforms.length > 0 && { platforms }),
      };
      const { body: image } = await api.write('PUT', path, imageSchema, writing(options, { body }));
      printer.done(image, `pushed ${label}  ${facts.join('  ')}`);
    }),
  );
}

async function contentOf(options: PushOptions, world: World): Promise<ImageContent> {
  const { ociLayout, dockerArchive, digest } = options;
  const sources = [ociLayout, dockerArchive, digest].filter((source) => source !== undefined);
  if (sources.length !== 1) {
    throw new UsageError(
      sources.length === 0 ? 'there is nothing to push' : 'there is more than one image to push',
      'give one of --oci-layout, --docker-archive and --digest',
    );
  }
  if (digest !== undefined) return givenContent(digest, options);
  refuseGiven(options);
  if (ociLayout !== undefined) {
    const { readOciLayout } = await import('../oci/oci-layout.js');
    return readOciLayout(ociLayout, { platform: onePlatform(options), verifyLayers: options.verifyLayers });
  }
  const { readDockerArchive } = await import('../oci/docker-archive.js');
  const input: AsyncIterable<Uint8Array> = world.stdin;
  return readDockerArchive(dockerArchive ?? '', { platform: onePlatform(options) }, input);
}

function givenContent(digest: string, { size, mediaType, platform }: PushOptions): ImageContent {
  if (size === undefined) throw new UsageError('--digest needs --size', 'give the bytes of configs and layers');
  return { digest, size, mediaType, platforms: platform ?? [], notes: [] };
}

function refuseGiven({ size, mediaType }: PushOptions): void {
  const given = size === undefined ? (mediaType === undefined ? undefined : '--media-type') : '--size';
  if (given !== undefined) throw new UsageError(`${given} belongs to --digest: here it is read from the image`);
}

function onePlatform({ platform }: PushOptions): string | undefined {
  if (platform === undefined || platform.length === 1) return platform?.[0];
  throw new UsageError('one manifest can be pushed, or the whole index', 'give --platform once, or not at all');
}

function parseDigest(text: string): string {
  if (isDigest(text)) return text;
  throw new InvalidArgumentError('A digest is sha256: and 64 hexadecimal digits, or sha512: and 128.');
}

function parseSize(text: string): number {
  const size = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(size)) return size;
  throw new InvalidArgumentError('A number of bytes is expected.');
}

function addPlatform(text: string, previous: readonly string[] = []): readonly string[] {
  if (!isPlatform(text)) throw new InvalidArgumentError('A platform is os/architecture or os/architecture/variant.');
  return [...previous, text];
}
