import type {
  GetDeploymentDto,
  GetImageDto,
  ImageQuestionDto,
  ListDeploymentsDto,
  ListImagesDto,
  ListPendingSharesDto,
  ResolveImageDto,
} from '../catalog/questions/catalog-questions.dto.js';
import type { DeploymentView } from '../catalog/view/deployment.view.js';
import type { ImageUsage } from '../catalog/view/image-usage.view.js';
import type { ImageView } from '../catalog/view/image.view.js';
import type { ResolvedImage } from '../catalog/view/resolved-image.js';
import type { ImageShareTargetView, PendingShareView } from '../catalog/view/share.view.js';
import type { Rejected } from './commands.js';

interface Query<Payload, Data> {
  readonly payload: Readonly<Payload>;
  readonly data: Data;
}

/** Every question with its payload and the document that answers it. */
export interface Queries {
  readonly ListImages: Query<ListImagesDto, readonly ImageView[]>;
  readonly GetImage: Query<GetImageDto, ImageView>;
  readonly ResolveImage: Query<ResolveImageDto, ResolvedImage>;
  readonly GetImageUsage: Query<ImageQuestionDto, ImageUsage>;
  readonly ListImageShares: Query<ImageQuestionDto, readonly ImageShareTargetView[]>;
  readonly ListPendingShares: Query<ListPendingSharesDto, readonly PendingShareView[]>;
  readonly ListDeployments: Query<ListDeploymentsDto, readonly DeploymentView[]>;
  readonly GetDeployment: Query<GetDeploymentDto, DeploymentView>;
}

/** The name of a question, such as `ListImages`. */
export type QueryName = keyof Queries;

/** A question that was answered. */
export interface Answered<Data> {
  readonly outcome: 'answered';
  readonly data: Data;
  /** Of a list: where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

/** What became of a question. */
export type QueryOutcome<Name extends QueryName> = Answered<Queries[Name]['data']> | Rejected;
