import { z } from 'zod';
import { textRule } from '../http/field-rules.js';

const projectionNamePattern = /^[a-z][a-z0-9-]{0,62}$/;

const ProjectionName = textRule(
  'projectionName',
  (text) => projectionNamePattern.test(text),
  'must be the name of a projection: GET /v0/projections lists them',
  z
    .string()
    .regex(projectionNamePattern)
    .meta({ examples: ['catalog'] }),
);

/** `/projections/{projectionName}/…` */
export class ProjectionPathDto {
  /** As GET /v0/projections tells it. */
  @ProjectionName()
  projectionName!: string;
}
