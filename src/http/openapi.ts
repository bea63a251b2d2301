import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Serves the OpenAPI document at `/openapi.json` and a page to read it at `/docs`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const info = new DocumentBuilder()
    .setTitle('Tagalong')
    .setDescription(
      'Share container images between the workspaces of a platform. Send a key as `Authorization: Bearer …` and name ' +
        'the workspace in `X-Blaxel-Workspace`.',
    )
    .setVersion('0')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, info), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
}
