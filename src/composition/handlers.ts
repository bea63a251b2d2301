import { catalogProjection } from '../catalog/catalog.projection.js';
import type { CatalogQueries } from '../catalog/catalog.queries.js';
import type { WaitUntilPassed } from '../command-bus/projected.command-log.js';
import type { CommandLog } from '../event-sourcing/command-log.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import type { DeploymentMoves } from '../images/deployments/deployment-moves.js';
import type { SlotExecutor } from '../images/handlers/image-handler.js';
import { ImageHandlers } from '../images/handlers/image-handlers.js';
import type { SharingSteps } from '../images/sharing/sharing-steps.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import { accountAggregate } from '../workspaces/domain/account.aggregate.js';
import { workspaceAggregate } from '../workspaces/domain/workspace.aggregate.js';
import { AccessHandlers } from '../workspaces/handlers/access-handlers.js';
import type { ImageCounter } from '../workspaces/image-counter.js';
import type { ExecutorFor } from './command-executors.js';
import { ProjectedEarlierCommands } from './earlier-commands.js';
import type { Stores } from './open-stores.js';

export interface HandlerSurroundings {
  readonly stores: Stores;
  readonly catalog: CatalogQueries;
  readonly directory: AccessDirectory;
  readonly readYourWrites: ReadYourWrites;
  readonly executorFor: ExecutorFor;
  readonly commandLog: CommandLog;
  readonly commandLogPassed: WaitUntilPassed;
  readonly slots: SlotExecutor;
  readonly sharing: SharingSteps;
  readonly moves: DeploymentMoves;
  readonly requestDays: number;
  readonly now: () => string;
}

/** What carries out the commands of images and of access. */
export interface Handlers {
  readonly images: ImageHandlers;
  readonly access: AccessHandlers;
  readonly imageCounter: ImageCounter;
}

/** Puts the command handlers together. What they ask of the catalog is answered as of the last write. */
export function createHandlers(around: HandlerSurroundings): Handlers {
  const { catalog, directory, readYourWrites, executorFor, commandLog, stores } = around;
  const upToDate = (): Promise<void> => readYourWrites.upToDate([catalogProjection().name]);
  const images = new ImageHandlers({
    slots: around.slots,
    steps: around.sharing,
    moves: around.moves,
    events: stores.events,
    earlier: new ProjectedEarlierCommands(stores.readModel.queries, stores.events, around.commandLogPassed),
    directory,
    requests: {
      async locate(shareId) {
        await upToDate();
        return catalog.shares.find(shareId);
      },
    },
    deployments: {
      async locate(workspace, kind, deployment) {
        await upToDate();
        const found = await catalog.deployments.get(workspace, kind, deployment);
        return found === undefined
          ? undefined
          : { workspace, resourceType: found.spec.image.resourceType, name: found.spec.image.name };
      },
    },
    unused: {
      async unused(workspace) {
        await upToDate();
        return catalog.usage.unused(workspace, around.now());
      },
    },
    options: { requestDays: around.requestDays },
  });
  const imageCounter: ImageCounter = {
    async count(workspace) {
      await upToDate();
      return catalog.images.count(workspace);
    },
  };
  const access = new AccessHandlers({
    accounts: executorFor(accountAggregate),
    workspaces: executorFor(workspaceAggregate),
    commandLog,
    directory,
    images: imageCounter,
    visible: (position) => readYourWrites.passed(position),
  });
  return { images, access, imageCounter };
}
