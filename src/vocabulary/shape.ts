import type { z } from 'zod';

/** The type of what a schema describes. It is not to be changed. */
export type ShapeOf<S extends z.ZodType> = Immutable<z.output<S>>;

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;
