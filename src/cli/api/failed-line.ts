import { z } from 'zod';
import { ApiError } from './api-error.js';

/** The last line of an answer that began well and broke off. */
export const failedLineSchema = z.looseObject({
  kind: z.literal('failed'),
  error: z.string(),
  code: z.number(),
  message: z.string(),
});

/** The error that a failed line tells of. */
export function failureOf({ code, error, message }: z.infer<typeof failedLineSchema>): ApiError {
  return new ApiError(code, error, message);
}
