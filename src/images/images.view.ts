import { z } from 'zod';
import { countField, imageNameField, resourceTypeField } from '../vocabulary/field-schemas.js';

/** What the registration of an image answers. */
export const registeredImageSchema = z
  .strictObject({
    name: imageNameField,
    resourceType: resourceTypeField,
    message: z.string(),
    image: z.string().describe('As it was sent.').exactOptional(),
  })
  .meta({ id: 'RegisteredImage' });

/** What the deletion of unused images answers. */
export const cleanupSchema = z
  .strictObject({ deleted: countField.describe('How many were deleted.'), message: z.string() })
  .meta({ id: 'ImageCleanup' });
