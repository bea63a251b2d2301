import type { StandardSchemaConversionResult } from '@nestjs/swagger';
import { z } from 'zod';

/** A schema of an answer as it stands in the document; what has an id stands among the components. */
export function documentSchema(schema: unknown): StandardSchemaConversionResult | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { $defs: components = {}, ...own } = jsonSchemaOf(schema);
  delete own.$schema;
  return { schema: own, components };
}

/** What a text looks like, for the property of a class or a header. */
export function propertySchema(schema: z.ZodType) {
  const { pattern, minLength, maxLength, format, enum: values, examples } = jsonSchemaOf(schema);
  const example = examples?.[0];
  return {
    ...(pattern !== undefined && { pattern }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(format !== undefined && { format }),
    ...(values !== undefined && { enum: values }),
    ...(example !== undefined && { example }),
  };
}

function jsonSchemaOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, {
    io: 'output',
    override({ jsonSchema }) {
      // That a whole number can be held exactly goes without saying.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
}
