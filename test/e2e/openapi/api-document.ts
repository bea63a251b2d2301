import { z } from 'zod';

const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.object({ schema }));

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      description: z.string(),
      schema,
    }),
  ),
  requestBody: z.object({ content }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string().min(1),
      headers: z.record(z.string(), z.object({ required: z.boolean().optional(), schema })),
      content: content.optional(),
    }),
  ),
});

const document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ version: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string().min(1) })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema), securitySchemes: z.record(z.string(), z.unknown()) }),
});

export type Schema = Readonly<Record<string, unknown>>;
export type Operation = z.infer<typeof operation>;
export type ApiDocument = z.infer<typeof document>;

/**
 * The document that a service serves, raw and for use. There, schemas are referred to by their bare names.
 *
 * @throws Error when a part of it is not what a client may rely on
 */
export async function servedDocument(
  url: string,
): Promise<{ readonly raw: Readonly<Record<string, unknown>>; readonly document: ApiDocument }> {
  const response = await fetch(`${url}/openapi.json`);
  const text = await response.text();
  const raw = z.looseObject({}).parse(JSON.parse(text));
  return { raw, document: document.parse(JSON.parse(text.replaceAll('"#/components/schemas/', '"'))) };
}

/** Every operation by method and path, for example `GET /v0/images`. */
export function operationsOf({ paths }: ApiDocument): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
    ),
  );
}
