import { z } from 'zod';
import { digestPattern } from '../../vocabulary/names.js';
import { ImageFileError } from './image-file-error.js';

const size = z.int().min(0);

/** Hostile lists are cut off long before they cost anything. */
const maximumDescriptors = 10_000;

const platform = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

export const descriptorSchema = z.looseObject({
  mediaType: z.string().min(1).max(255),
  digest: z.string().regex(digestPattern, 'is no sha256 or sha512 digest'),
  size,
  platform: platform.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  urls: z.array(z.string()).optional(),
});

/** `manifests` and `layers` in one document would be read differently by different tools, so neither is accepted. */
export const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema).max(maximumDescriptors),
  layers: z.undefined({ error: 'does not belong in an index' }).optional(),
  config: z.undefined({ error: 'does not belong in an index' }).optional(),
});

export const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(maximumDescriptors),
  manifests: z.undefined({ error: 'does not belong in a manifest' }).optional(),
});

export const configSchema = z.looseObject({
  os: z.string().optional(),
  architecture: z.string().optional(),
  variant: z.string().optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()).max(maximumDescriptors).nullish() }).optional(),
});

export const layoutMarkerSchema = z.looseObject({ imageLayoutVersion: z.string() });

/** `manifest.json` of `docker save`. */
export const archiveManifestSchema = z
  .array(
    z.looseObject({
      Config: z.string().min(1),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string().min(1)).max(maximumDescriptors),
    }),
  )
  .max(maximumDescriptors);

export type Descriptor = z.infer<typeof descriptorSchema>;
export type ImageIndex = z.infer<typeof indexSchema>;
export type ImageManifest = z.infer<typeof manifestSchema>;
export type ImageConfig = z.infer<typeof configSchema>;
export type ArchiveImage = z.infer<typeof archiveManifestSchema>[number];

/**
 * Reads a JSON document of a known shape.
 *
 * @throws ImageFileError naming the file and the first field at fault
 */
export function parseDocument<T>(schema: z.ZodType<T>, bytes: Uint8Array, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ImageFileError(file, `is not valid JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw new ImageFileError(file, `${field}: ${issue?.message ?? 'is malformed'}`);
}
