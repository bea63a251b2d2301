import type { OpenAPIObject } from '@nestjs/swagger';
import { codesIn, codesText } from './answers.js';
import { commonHeaders, correlationHeader, noRetryHeader, retryAfterHeader } from './headers.js';
import type { AnswerHeaders } from './headers.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];
type Answer = NonNullable<Operation['responses']['default']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const reference = '#/components/schemas/';

/** Adds to every route what all routes have in common, so that no controller has to repeat it. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.put, item.post, item.delete]) {
      if (operation !== undefined) completeOperation(operation);
    }
  }
  return { ...document, components: { ...document.components, schemas: closed(document.components?.schemas ?? {}) } };
}

function completeOperation(operation: Operation): void {
  const { requestBody, responses } = operation;
  operation.parameters = [...(operation.parameters ?? []), ...commonHeaders].map(withoutExample);
  for (const [status, codes] of commonRefusals(operation)) addCodes(responses, status, codes);
  for (const [status, answer] of Object.entries(responses)) {
    if (answer === undefined || '$ref' in answer) continue;
    if (Number(status) >= 400 && answer.content === undefined) completeRefusal(answer);
    answer.headers = { ...answer.headers, ...headersOf(Number(status)), ...correlationHeader };
  }
  if (requestBody === undefined || '$ref' in requestBody) return;
  for (const { schema } of Object.values(requestBody.content)) {
    if (schema !== undefined && '$ref' in schema) schema.$ref = withoutSuffix(schema.$ref);
  }
}

/** The page would send an example of what may be left out along with every request that is tried. */
function withoutExample(parameter: Parameter): Parameter {
  if ('$ref' in parameter || parameter.required === true) return parameter;
  const { schema } = parameter;
  if (schema === undefined || '$ref' in schema) return parameter;
  const shown = { ...schema };
  delete shown.example;
  return { ...parameter, schema: shown };
}

/** How every route refuses, how those do that take input or a body, and those that take a credential. */
function commonRefusals({ requestBody, security, parameters = [] }: Operation): ReadonlyMap<number, readonly string[]> {
  const takesInput = requestBody !== undefined || parameters.some((one) => 'in' in one && one.in !== 'header');
  return new Map([
    [
      400,
      [
        'invalid_api_version',
        ...(takesInput ? ['invalid-input'] : []),
        ...(requestBody ? ['invalid-request', 'broken-json'] : []),
      ],
    ],
    ...(requestBody === undefined
      ? []
      : ([
          [413, ['body-too-large']],
          [415, ['unsupported-media-type']],
        ] as const)),
    [429, ['rate-limited']],
    [503, ['shutting-down', ...(security === undefined ? [] : ['store-unavailable', 'identity-provider-unavailable'])]],
  ]);
}

function addCodes(responses: Operation['responses'], status: number, codes: readonly string[]): void {
  const key = String(status);
  const answer = responses[key] ?? { description: '' };
  if (!('$ref' in answer) && answer.content === undefined) answer.description += ` ${codesText(codes)}`;
  responses[key] = answer;
}

/** Makes it an answer with the one shape of errors. Routes that say more of their own have other shapes. */
function completeRefusal(answer: Exclude<Answer, { $ref: string }>): void {
  answer.description = codesText([...new Set(codesIn(answer.description))].sort());
  answer.content = { 'application/json': { schema: { $ref: `${reference}Error` } } };
}

function headersOf(status: number): AnswerHeaders {
  if (status === 409) return noRetryHeader;
  return status === 429 || status === 503 ? retryAfterHeader : {};
}

/** Fields that a class of input does not have are refused. What clients see is no matter of our classes' names. */
function closed(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      withoutSuffix(name),
      name.endsWith(suffix) && !('$ref' in schema) ? { ...schema, additionalProperties: false } : schema,
    ]),
  );
}

const suffix = 'Dto';

/** What the document calls the input that a class describes. */
export function schemaName({ name }: { readonly name: string }): string {
  return withoutSuffix(name);
}

function withoutSuffix(name: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
