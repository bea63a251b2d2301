import { z } from 'zod';

/** A number of milliseconds, bytes or things, written in decimal digits. */
export const count = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);
