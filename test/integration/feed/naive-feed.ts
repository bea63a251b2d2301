import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { parseImageStream } from '../../../src/vocabulary/slot.js';
import type { Slot } from '../../../src/vocabulary/slot.js';

/** What of an event of a feed tells it from others. */
export interface Told {
  readonly position: string;
  readonly type: string;
  readonly image: string;
  readonly tag: unknown;
  readonly source: unknown;
  readonly target: unknown;
}

/** A stretch of the log in which a workspace had an image of another one. */
interface Stay {
  readonly image: string;
  readonly source: unknown;
  readonly from: string;
  to: string;
}

type Data = Readonly<Record<string, unknown>>;

const ownTypes: Readonly<Record<string, string>> = {
  ImageRegistered: 'image.registered',
  ImageDeleted: 'image.deleted',
  TagPushed: 'tag.pushed',
  TagDeleted: 'tag.deleted',
  ImageShared: 'image.shared-out',
  ImageUnshared: 'image.unshared',
  ShareRequested: 'share.requested',
  ShareRequestDeclined: 'share.declined',
  ShareRequestExpired: 'share.expired',
  ShareRequestWithdrawn: 'share.withdrawn',
  SharedImageReceived: 'image.shared-in',
  SharedImageRevoked: 'image.share-revoked',
  ImageDeployed: 'deployment.created',
  DeploymentRetired: 'deployment.retired',
};

/** The whole feed of a workspace, computed from the whole log by looking at everything twice. */
export function naiveFeed(log: readonly RecordedEvent[], workspace: string): Told[] {
  const stays = staysIn(log, workspace);
  return log.flatMap((event) => {
    const slot = parseImageStream(event.stream);
    const type = ownTypes[event.type];
    if (slot === undefined || type === undefined) return [];
    const data = event.data as Data;
    const stay = stays.find(
      ({ image, from, to }) => image === imageOf(slot) && from < event.position && event.position <= to,
    );
    const told = { position: event.position, image: imageOf(slot), tag: data['tag'], target: data['target'] };
    if (slot.workspace === workspace) {
      const source =
        data['source'] ??
        (event.type.startsWith('Deploy') || event.type === 'ImageDeployed' ? stay?.source : undefined);
      return [{ ...told, type, source }];
    }
    const isTag = event.type === 'TagPushed' || event.type === 'TagDeleted';
    if (isTag && stay?.source === slot.workspace) return [{ ...told, type, source: slot.workspace }];
    if (data['target'] !== workspace) return [];
    const asked = { ...told, target: undefined, source: slot.workspace };
    if (type.startsWith('share.')) return [{ ...asked, type }];
    return event.type === 'ImageUnshared' && data['reason'] === 'name-taken'
      ? [{ ...asked, type: 'share.failed' }]
      : [];
  });
}

function staysIn(log: readonly RecordedEvent[], workspace: string): readonly Stay[] {
  const stays: Stay[] = [];
  for (const event of log) {
    const slot = parseImageStream(event.stream);
    if (slot?.workspace !== workspace) continue;
    const image = imageOf(slot);
    if (event.type === 'SharedImageReceived') {
      stays.push({ image, source: (event.data as Data)['source'], from: event.position, to: '9'.repeat(16) });
    }
    const last = stays.findLast((stay) => stay.image === image);
    if (event.type === 'SharedImageRevoked' && last !== undefined) last.to = event.position;
  }
  return stays;
}

function imageOf({ resourceType, name }: Slot): string {
  return `${resourceType}/${name}`;
}
