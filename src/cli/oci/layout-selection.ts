import type { Descriptor } from './documents.js';
import { ImageFileError } from './image-file-error.js';
import { isNameOf } from './image-names.js';
import { formatPlatform, matchesPlatform } from './platform.js';

const refName = 'org.opencontainers.image.ref.name';
const imageName = 'io.containerd.image.name';

interface Wanted {
  readonly reference?: string | undefined;
  readonly platform?: string | undefined;
}

/**
 * The one image of a layout that is meant: the named one, or the only one there is.
 *
 * @throws ImageFileError listing what there is to choose from
 */
export function selectImage(descriptors: readonly Descriptor[], wanted: Wanted, label: string): Descriptor {
  const { reference } = wanted;
  const named =
    reference === undefined ? descriptors : descriptors.filter((descriptor) => isNamed(descriptor, reference));
  const distinct = [...new Map(named.map((descriptor) => [descriptor.digest, descriptor])).values()];
  const narrowed = distinct.length > 1 ? narrowByPlatform(distinct, wanted.platform) : distinct;
  const [first, second] = narrowed;
  if (first !== undefined && second === undefined) return first;
  const choices = [...new Set(descriptors.map(nameOf))].join(', ');
  if (first === undefined) {
    throw descriptors.length === 0
      ? new ImageFileError(label, 'holds no image')
      : new ImageFileError(label, `holds no image ${reference ?? ''}`.trimEnd(), `it holds: ${choices}`);
  }
  throw new ImageFileError(
    label,
    `holds ${String(narrowed.length)} images${reference === undefined ? '' : ` named ${reference}`}`,
    `choose one by adding :NAME or :DIGEST, or by --platform; it holds: ${choices}`,
  );
}

/** What a descriptor says about its platform; `undefined` where it says nothing. */
export function declaredPlatform(descriptor: Descriptor): string | undefined {
  return descriptor.platform === undefined ? undefined : formatPlatform(descriptor.platform);
}

function narrowByPlatform(descriptors: readonly Descriptor[], platform: string | undefined): readonly Descriptor[] {
  if (platform === undefined) return descriptors;
  const matching = descriptors.filter((descriptor) => {
    const declared = declaredPlatform(descriptor);
    return declared !== undefined && matchesPlatform(declared, platform);
  });
  return matching.length === 0 ? descriptors : matching;
}

function isNamed({ digest, annotations }: Descriptor, reference: string): boolean {
  const names = [annotations?.[refName], annotations?.[imageName]];
  return digest === reference || names.some((known) => known !== undefined && isNameOf(known, reference));
}

function nameOf({ digest, annotations }: Descriptor): string {
  return annotations?.[imageName] ?? annotations?.[refName] ?? digest;
}
