import type { OpenAPIObject } from '@nestjs/swagger';
import { schemaName } from '../http/openapi/complete-document.js';
import type { PayloadClass } from './command-definition.js';
import { CommandEnvelopeDto } from './envelope.dto.js';

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const reference = '#/components/schemas/';

/** Tells in a complete document what an envelope holds for each command. */
export function withCommands(
  document: OpenAPIObject,
  payloads: ReadonlyMap<string, PayloadClass<object>>,
): OpenAPIObject {
  const { schemas = {} } = document.components ?? {};
  const envelope = schemas[schemaName(CommandEnvelopeDto)];
  if (envelope === undefined || '$ref' in envelope) throw new TypeError('the envelope of commands is not described');
  const commands = [...payloads].map(([type, payload]): readonly [string, Schema] => [
    `${type}Command`,
    {
      ...envelope,
      properties: {
        ...envelope.properties,
        type: { type: 'string', enum: [type] },
        data: { $ref: `${reference}${schemaName(payload)}` },
      },
    },
  ]);
  const mapping = Object.fromEntries([...payloads.keys()].map((type) => [type, `${reference}${type}Command`]));
  const anyCommand: Schema = {
    oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping },
  };
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...schemas, ...Object.fromEntries(commands), [schemaName(CommandEnvelopeDto)]: anyCommand },
    },
  };
}
