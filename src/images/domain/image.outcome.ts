import type { ImageCommand } from './image.commands.js';
import type { ImageEvent } from './image.events.js';

/**
 * Whether the events that a command recorded may be what this one leads to. What a command recorded beside its own
 * doing, such as the registration before the first tag, says nothing.
 */
export function isOutcome(command: ImageCommand, events: readonly ImageEvent[]): boolean {
  return events.some((event) => mayCome(command, event));
}

function mayCome({ type, data }: ImageCommand, event: ImageEvent): boolean {
  switch (type) {
    case 'RegisterImage':
      return event.type === 'ImageRegistered' && event.data.reference === data.reference;
    case 'PushTag':
      return (
        event.type === 'TagPushed' &&
        event.data.tag === data.tag &&
        event.data.digest === data.digest &&
        event.data.size === data.size
      );
    case 'DeleteTag':
      return event.type === 'TagDeleted' && event.data.tag === data.tag;
    case 'DeleteImage':
      return event.type === 'ImageDeleted';
    case 'ShareImage':
    case 'RequestShare':
      // Which of the two it is depends on the accounts and their policies at that moment.
      return (event.type === 'ImageShared' || event.type === 'ShareRequested') && event.data.target === data.target;
    case 'UnshareImage':
      return (
        (event.type === 'ImageUnshared' || event.type === 'ShareRequestWithdrawn') && event.data.target === data.target
      );
    case 'AcceptShareRequest':
      return event.type === 'ImageShared' && event.data.shareId === data.shareId;
    case 'DeclineShareRequest':
      return event.type === 'ShareRequestDeclined' && event.data.shareId === data.shareId;
    case 'ExpireShareRequest':
      return event.type === 'ShareRequestExpired' && event.data.shareId === data.shareId;
    case 'CompensateShare':
      return event.type === 'ImageUnshared' && event.data.shareId === data.shareId;
    case 'ReceiveSharedImage':
      return event.type === 'SharedImageReceived' && event.data.shareId === data.shareId;
    case 'RevokeSharedImage':
      return event.type === 'SharedImageRevoked' && event.data.shareId === data.shareId;
    case 'RecordDeployment':
      // What a tag was pinned to is of its moment.
      return event.type === 'ImageDeployed' && isSameDeployment(event.data, data);
    case 'RetireDeployment':
      return event.type === 'DeploymentRetired' && isSameDeployment(event.data, data);
  }
}

interface NamedDeployment {
  readonly kind: string;
  readonly deployment: string;
}

function isSameDeployment(a: NamedDeployment, b: NamedDeployment): boolean {
  return a.kind === b.kind && a.deployment === b.deployment;
}
