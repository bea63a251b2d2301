import { ValidateBy, buildMessage } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import {
  imageNameMaxLength,
  isDigest,
  isImageName,
  isTag,
  isWorkspaceName,
  parseResourceType,
} from '../vocabulary/names.js';
import { parseInstant } from '../vocabulary/instant.js';

/** Builds a class-validator decorator for text of one grammar. The message continues "FIELD …". */
export function textRule(
  name: string,
  matches: (text: string) => boolean,
  message: string,
): (options?: ValidationOptions) => PropertyDecorator {
  return (options) =>
    ValidateBy(
      {
        name,
        validator: {
          validate: (value: unknown) => typeof value === 'string' && matches(value),
          defaultMessage: buildMessage((each) => `${each}$property ${message}`, options),
        },
      },
      options,
    );
}

/** The name of a workspace. */
export const WorkspaceName = textRule(
  'workspaceName',
  isWorkspaceName,
  'must be a workspace name: 1 to 63 characters of a-z, 0-9 and inner hyphens',
);

/** A resource type, singular or plural. */
export const ResourceTypeName = textRule(
  'resourceType',
  (text) => parseResourceType(text) !== undefined,
  'must be one of agent, function, job, sandbox',
);

/** The name of an image, by the OCI grammar of repository names. */
export const ImageName = textRule(
  'imageName',
  isImageName,
  `must be an image name: up to ${imageNameMaxLength} characters in parts of a-z and 0-9, which may be joined by . _ __ - or /`,
);

/** The name of an image, or one of its tags as NAME:TAG, as clients write it into paths. */
export const ImageNameOrTag = textRule(
  'imageName',
  (text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? isImageName(text) : isImageName(text.slice(0, colon)) && isTag(text.slice(colon + 1));
  },
  `must be an image name: up to ${imageNameMaxLength} characters in parts of a-z and 0-9, which may be joined by . _ __ - or /`,
);

/** A tag, by the OCI grammar. */
export const TagName = textRule(
  'tag',
  isTag,
  'must be a tag: 1 to 128 characters of letters, digits, _ . and -, not beginning with . or -',
);

/** A digest, `sha256:` or `sha512:` with lower-case hex. */
export const Digest = textRule(
  'digest',
  isDigest,
  'must be a digest: sha256: followed by 64, or sha512: by 128 lower-case hex digits',
);

/** `os/architecture[/variant]`, as in the OCI image index. */
export const Platform = textRule(
  'platform',
  (text) => /^[a-z0-9_.-]{1,32}(\/[a-z0-9_.-]{1,32}){1,2}$/.test(text),
  'must be a platform such as linux/amd64 or linux/arm/v7',
);

/** The name of a deployment. */
export const DeploymentName = textRule(
  'deploymentName',
  (text) => /^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$/.test(text),
  'must be a name: 1 to 128 characters of a-z, 0-9 and inner . _ -',
);

/** A media type such as `application/vnd.oci.image.index.v1+json` (RFC 6838). */
export const MediaType = textRule(
  'mediaType',
  (text) => text.length <= 127 && /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i.test(text),
  'must be a media type such as application/vnd.oci.image.manifest.v1+json',
);

/** A reference to an image kept elsewhere: visible ASCII, no spaces. */
export const ImageReference = textRule(
  'imageReference',
  (text) => /^[\x21-\x7e]{1,512}$/.test(text),
  'must be an image reference: 1 to 512 visible ASCII characters',
);

/** A time in RFC 3339. */
export const Instant = textRule(
  'instant',
  (text) => parseInstant(text) !== undefined,
  'must be a time in RFC 3339, such as 2026-01-31T12:00:00Z; in a query, the + of an offset is written %2B',
);
