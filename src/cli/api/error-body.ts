import { z } from 'zod';

/** The shape of every error of the API. */
export const errorBodySchema = z.looseObject({
  error: z.string(),
  message: z.string().optional(),
  details: z.array(z.looseObject({ field: z.string(), message: z.string() })).optional(),
});
