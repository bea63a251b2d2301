import { z } from 'zod';
import {
  deploymentNamePattern,
  digestPattern,
  imageNameMaxLength,
  imageNamePattern,
  mediaTypePattern,
  platformPattern,
  positionPattern,
  resourceTypeSpellings,
  resourceTypes,
  tagPattern,
  workspacePattern,
} from './names.js';

/**
 * The kinds of fields that go in and out: of these, the schemas of answers are made, and the schemas of requests take
 * their limits. A field is told in words with `.describe(…)`.
 */

export const workspaceNameField = z
  .string()
  .max(63)
  .regex(workspacePattern)
  .meta({ examples: ['team-a'] });

export const resourceTypeField = z.enum(resourceTypes).meta({
  id: 'ResourceType',
  description: 'What an image is for. `function` is an MCP server, `job` a batch job.',
});

/** Singular or plural, as it may be sent. */
export const resourceTypeSpellingField = z.enum(resourceTypeSpellings).meta({ examples: ['sandbox'] });

export const imageNameField = z
  .string()
  .max(imageNameMaxLength)
  .regex(imageNamePattern)
  .meta({ examples: ['base'] });

/** NAME, or NAME:TAG. */
export const imageNameOrTagField = z
  .string()
  .max(imageNameMaxLength + 129)
  .regex(new RegExp(`${imageNamePattern.source.slice(0, -1)}(:${tagPattern.source.slice(1, -1)})?$`))
  .meta({ examples: ['base'] });

export const tagField = z
  .string()
  .max(128)
  .regex(tagPattern)
  .meta({ examples: ['v1'] });

export const digestField = z
  .string()
  .regex(digestPattern)
  .meta({ examples: ['sha256:89da00aee5f7af70b661438da868e18a9d9185c0a740b317c12559f9af98c287'] });

export const platformField = z
  .string()
  .regex(platformPattern)
  .meta({ examples: ['linux/amd64'] });

export const mediaTypeField = z
  .string()
  .max(127)
  .regex(mediaTypePattern)
  .meta({ examples: ['application/vnd.oci.image.index.v1+json'] });

export const deploymentNameField = z
  .string()
  .max(128)
  .regex(deploymentNamePattern)
  .meta({ examples: ['ci'] });

/** Bytes of everything a digest refers to. */
export const sizeField = z.int().min(0);

/** A whole number from 0. */
export const countField = z.int().min(0);

/** RFC 3339 in UTC with milliseconds. */
export const timeField = z.string().meta({ format: 'date-time', examples: ['2026-01-31T12:00:00.000Z'] });

/** Opaque to clients. */
export const positionField = z
  .string()
  .regex(positionPattern)
  .meta({ examples: ['0000000000000042'] });

/** Who did something. */
export const principalField = z.string().meta({ examples: ['user:ada', 'service-account:sa_7bQ2', 'operator'] });

export const accountIdField = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/)
  .meta({ examples: ['acme'] });

export const roleField = z.enum(['admin', 'member']).meta({
  id: 'Role',
  description: 'What a member may do: a member pushes and deploys, an admin also shares, deletes and manages people.',
});
