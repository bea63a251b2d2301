import { defineQuery } from '../../command-bus/queries/query-definition.js';
import type { QueryAnswer, QueryDefinition } from '../../command-bus/queries/query-definition.js';
import { parseResourceType } from '../../vocabulary/names.js';
import type { ResourceType } from '../../vocabulary/names.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { CatalogAnswers } from '../catalog-answers.js';
import {
  GetDeploymentDto,
  GetImageDto,
  ImageQuestionDto,
  ListDeploymentsDto,
  ListImagesDto,
  ListPendingSharesDto,
  ResolveImageDto,
} from './catalog-questions.dto.js';

/** The questions about a catalog, as the bus takes them. Answers are the documents that HTTP answers with. */
export function catalogQueryDefinitions(answers: CatalogAnswers): readonly QueryDefinition[] {
  return [
    defineQuery('ListImages', ListImagesDto, async ({ workspace, ...asked }) => {
      const { body, nextCursor } = await answers.images(workspace, asked);
      return page(JSON.parse(body), nextCursor);
    }),
    defineQuery('GetImage', GetImageDto, async (asked) => {
      const { body } = await answers.image(slotOf(asked), asked);
      return { data: JSON.parse(body) };
    }),
    defineQuery('ResolveImage', ResolveImageDto, async (asked) => ({
      data: await answers.resolve(slotOf(asked), asked),
    })),
    defineQuery('GetImageUsage', ImageQuestionDto, async (asked, asker) => ({
      data: await answers.usage(slotOf(asked), asker, asked),
    })),
    defineQuery('ListImageShares', ImageQuestionDto, async (asked) => ({
      data: await answers.imageShares(slotOf(asked), asked),
    })),
    defineQuery('ListPendingShares', ListPendingSharesDto, async ({ workspace, direction, ...asked }) => ({
      data: await answers.pendingShares(workspace, direction, asked),
    })),
    defineQuery('ListDeployments', ListDeploymentsDto, async ({ workspace, ...asked }) => {
      const { deployments, nextCursor } = await answers.deployments(workspace, asked);
      return page(deployments, nextCursor);
    }),
    defineQuery('GetDeployment', GetDeploymentDto, async ({ workspace, kind, deployment, ...asked }) => ({
      data: await answers.deployment(workspace, typeOf(kind), deployment, asked),
    })),
  ];
}

function page(data: unknown, nextCursor: string | undefined): QueryAnswer {
  return { data, ...(nextCursor !== undefined && { nextCursor }) };
}

function slotOf({ workspace, resourceType, name }: ImageQuestionDto): Slot {
  return { workspace, resourceType: typeOf(resourceType), name };
}

function typeOf(text: string): ResourceType {
  const type = parseResourceType(text);
  if (type === undefined) throw new TypeError(`${text} passed validation and is no resource type`);
  return type;
}
