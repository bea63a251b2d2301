import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CommandBus } from '../command-bus/command-bus.js';
import { withCommands } from '../command-bus/command-schemas.js';
import { packageVersion } from '../config/version.js';
import { errorSchema } from '../http/error-response.js';
import { credentialHeaders } from '../http/openapi/access-docs.js';
import { codesText } from '../http/openapi/answers.js';
import { completeDocument } from '../http/openapi/complete-document.js';
import { documentSchema } from '../http/openapi/document-schema.js';

const tags = {
  images: 'The catalog of a workspace: the images it owns and those shared with it.',
  sharing: 'Who else sees an image. Sharing covers the whole image with all its tags, those pushed later included.',
  deployments: 'What runs in a workspace, and from which image.',
  feed: 'What changes in a catalog, as it happens.',
  webhooks: 'The same, sent to URLs: signed CloudEvents, in order, tried again until they arrive.',
  workspaces: 'Named places inside an account.',
  users: 'The members of a workspace, and those invited.',
  'service accounts': 'Machine identities of a workspace, and their API keys.',
  accounts: 'The top-level tenants, and their rules of sharing.',
  commands: 'Every command, one or many, in one envelope.',
  audit: 'Who did what, when, through what and why.',
  billing: 'What is stored, and whom it costs what.',
  operations: 'The service itself: health, metrics, projections.',
} as const;

const description = `Share container images between the workspaces of a platform.

Send a key as \`Authorization: Bearer …\` and name the workspace in \`X-Blaxel-Workspace\`. Every error has one shape,
with a stable code in \`error\`; each answer below lists the codes it can have. A \`null\` in a request counts as absent.`;

/** Serves the OpenAPI document at `/openapi.json` and a page to read it at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication, bus: CommandBus): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, bus), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Tagalong API',
    swaggerOptions: { deepLinking: true, defaultModelsExpandDepth: 0 },
  });
}

function openApiDocument(app: NestFastifyApplication, bus: CommandBus): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tagalong')
    .setDescription(description)
    .setVersion(packageVersion())
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This service')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'API key or JWT',
        description: 'An API key, a token of the configured issuer, or the operator key.',
      },
      credentialHeaders.bearer,
    )
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-Blaxel-Authorization',
        description: 'The same with the word Bearer in front. Wins over Authorization when both are sent.',
      },
      credentialHeaders.blaxel,
    )
    .addGlobalResponse({ status: 500, description: codesText(['internal']), standardSchema: errorSchema });
  for (const [name, text] of Object.entries(tags)) builder.addTag(name, text);
  const { payloads } = bus;
  const document = SwaggerModule.createDocument(app, builder.build(), {
    standardSchemaConverter: documentSchema,
    extraModels: [...payloads.values()],
  });
  return withCommands(completeDocument(document), payloads);
}
