import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength, ValidateBy, buildMessage } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import { z } from 'zod';
import {
  deploymentNameField,
  digestField,
  imageNameField,
  imageNameOrTagField,
  mediaTypeField,
  platformField,
  positionField,
  resourceTypeSpellingField,
  tagField,
  timeField,
  workspaceNameField,
} from '../vocabulary/field-schemas.js';
import {
  deploymentNamePattern,
  imageNameMaxLength,
  isDigest,
  isImageName,
  isTag,
  isWorkspaceName,
  mediaTypePattern,
  parseResourceType,
  platformPattern,
  positionPattern,
} from '../vocabulary/names.js';
import { parseInstant } from '../vocabulary/instant.js';
import { propertySchema } from './openapi/document-schema.js';

/**
 * Builds a decorator for text of one grammar: class-validator checks it, the OpenAPI document shows its schema.
 * The message continues "FIELD …".
 */
export function textRule(
  name: string,
  matches: (text: string) => boolean,
  message: string,
  schema: z.ZodType,
): (options?: ValidationOptions) => PropertyDecorator {
  const shown = propertySchema(schema);
  return (options) =>
    applyDecorators(
      ValidateBy(
        {
          name,
          validator: {
            validate: (value: unknown) => typeof value === 'string' && matches(value),
            defaultMessage: buildMessage((each) => `${each}$property ${message}`, options),
          },
        },
        options,
      ),
      ApiProperty(options?.each === true ? { type: 'array', items: { type: 'string', ...shown } } : shown),
    );
}

const imageReferencePattern = /^[\x21-\x7e]{1,512}$/;

/** The name of a workspace. */
export const WorkspaceName = textRule(
  'workspaceName',
  isWorkspaceName,
  'must be a workspace name: 1 to 63 characters of a-z, 0-9 and inner hyphens',
  workspaceNameField,
);

/** A resource type, singular or plural. */
export const ResourceTypeName = textRule(
  'resourceType',
  (text) => parseResourceType(text) !== undefined,
  'must be one of agent, function, job, sandbox',
  resourceTypeSpellingField,
);

/** The name of an image, by the OCI grammar of repository names. */
export const ImageName = textRule(
  'imageName',
  isImageName,
  `must be an image name: up to ${imageNameMaxLength} characters in parts of a-z and 0-9, which may be joined by . _ __ - or /`,
  imageNameField,
);

/** The name of an image, or one of its tags as NAME:TAG, as clients write it into paths. */
export const ImageNameOrTag = textRule(
  'imageName',
  (text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? isImageName(text) : isImageName(text.slice(0, colon)) && isTag(text.slice(colon + 1));
  },
  `must be an image name: up to ${imageNameMaxLength} characters in parts of a-z and 0-9, which may be joined by . _ __ - or /`,
  imageNameOrTagField,
);

/** A tag, by the OCI grammar. */
export const TagName = textRule(
  'tag',
  isTag,
  'must be a tag: 1 to 128 characters of letters, digits, _ . and -, not beginning with . or -',
  tagField,
);

/** A digest, `sha256:` or `sha512:` with lower-case hex. */
export const Digest = textRule(
  'digest',
  isDigest,
  'must be a digest: sha256: followed by 64, or sha512: by 128 lower-case hex digits',
  digestField,
);

/** `os/architecture[/variant]`, as in the OCI image index. */
export const Platform = textRule(
  'platform',
  (text) => platformPattern.test(text),
  'must be a platform such as linux/amd64 or linux/arm/v7',
  platformField,
);

/** The name of a deployment. */
export const DeploymentName = textRule(
  'deploymentName',
  (text) => deploymentNamePattern.test(text),
  'must be a name: 1 to 128 characters of a-z, 0-9 and inner . _ -',
  deploymentNameField,
);

/** A media type such as `application/vnd.oci.image.index.v1+json` (RFC 6838). */
export const MediaType = textRule(
  'mediaType',
  (text) => text.length <= 127 && mediaTypePattern.test(text),
  'must be a media type such as application/vnd.oci.image.manifest.v1+json',
  mediaTypeField,
);

/** A reference to an image kept elsewhere: visible ASCII, no spaces. */
export const ImageReference = textRule(
  'imageReference',
  (text) => imageReferencePattern.test(text),
  'must be an image reference: 1 to 512 visible ASCII characters',
  z.string().regex(imageReferencePattern),
);

/** A time in RFC 3339. */
export const Instant = textRule(
  'instant',
  (text) => parseInstant(text) !== undefined,
  'must be a time in RFC 3339, such as 2026-01-31T12:00:00Z; in a query, the + of an offset is written %2B',
  timeField,
);

/** A position that the service gave out: an `X-Tagalong-Position`, or a position in an answer. */
export function PositionText(): PropertyDecorator {
  return applyDecorators(
    Matches(positionPattern, { message: '$property must be a position as the service gave it out' }),
    ApiProperty(propertySchema(positionField)),
  );
}

/** A query parameter that is `true` or `false`. */
export function QueryFlag(): PropertyDecorator {
  return applyDecorators(IsOptional(), IsIn(['true', 'false']), ApiProperty({ type: 'boolean', default: false }));
}

/** How many entries a page has at most, 1 to 1000. */
export function PageLimit(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Matches(/^([1-9]\d{0,2}|1000)$/, { message: '$property must be a whole number from 1 to 1000' }),
    ApiProperty({ type: 'integer', minimum: 1, maximum: 1000 }),
  );
}

/** Where a page begins: what the page before said. */
export function PageCursor(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsString(),
    MinLength(1),
    MaxLength(600),
    ApiProperty({ type: 'string', minLength: 1, maxLength: 600 }),
  );
}
