import { IsOptional } from 'class-validator';
import { DeploymentName, ImageReference, ResourceTypeName } from '../http/field-rules.js';
import { PageQueryDto } from '../http/page-query.dto.js';

export class ListDeploymentsQueryDto extends PageQueryDto {
  /** Only deployments of this kind. */
  @IsOptional()
  @ResourceTypeName()
  kind?: string;
}

export class DeploymentPathDto {
  /** What is deployed: agent, function, job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  kind!: string;

  /** The name of the deployment. */
  @DeploymentName()
  deploymentName!: string;
}

/** Records that this workspace runs something from an image of its catalog. */
export class DeployDto {
  /** agent, function, job or sandbox. */
  @ResourceTypeName()
  kind!: string;

  /** One name and kind runs from one image. */
  @DeploymentName()
  name!: string;

  /** TYPE/NAME, TYPE/NAME:TAG or TYPE/NAME@DIGEST. Without a tag or digest: the tag pushed last. */
  @ImageReference()
  image!: string;
}
