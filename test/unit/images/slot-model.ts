import type { ImageCommand, ImageCommandOf } from '../../../src/images/domain/image.commands.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import type { ImageRejectionCode } from '../../../src/images/domain/image.rejections.js';

/** What the model says to a command: the types of the events to expect, a refusal, or nothing to do. */
export type ModelAnswer = readonly ImageEvent['type'][] | ImageRejectionCode | 'already-so';

interface Link {
  readonly shareId: string;
  readonly target: string;
  readonly targetAccountId: string;
  /** When a request ends by itself; a share that is active has no such time. */
  readonly until: string | undefined;
}

interface Run {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string;
}

/** A slot as one would explain it on paper: a holder and four short lists, changed in place. */
export class SlotModel {
  holder: 'nobody' | 'owner' | { readonly shareId: string; readonly source: string } = 'nobody';
  /** In the order of their pushes. */
  tags: { readonly tag: string; readonly digest: string }[] = [];
  links: Link[] = [];
  runs: Run[] = [];

  answer(command: ImageCommand): ModelAnswer {
    switch (command.type) {
      case 'RegisterImage':
        if (this.holder === 'owner') return 'already-so';
        if (this.holder !== 'nobody') return 'name-taken';
        this.holder = 'owner';
        return ['ImageRegistered'];
      case 'PushTag':
        return this.#push(command.data.tag, command.data.digest);
      case 'DeleteTag':
        return this.#asOwner('not-owner') ?? this.#deleteTag(command.data.tag);
      case 'DeleteImage':
        return this.#asOwner('not-owner') ?? this.#deleteImage();
      case 'ShareImage':
        return this.#maySendTo(command) ?? this.#share(command);
      case 'RequestShare':
        return this.#maySendTo(command) ?? this.#request(command);
      case 'UnshareImage': {
        const refused = this.#asOwner('not-owner');
        const link = this.#to(command.data.target);
        if (refused !== undefined) return refused;
        if (link === undefined) return 'share-not-found';
        this.#drop(link);
        return [link.until === undefined ? 'ImageUnshared' : 'ShareRequestWithdrawn'];
      }
      case 'AcceptShareRequest': {
        const link = this.#named(command.data.shareId);
        if (link === undefined) return 'share-not-found';
        if (link.until === undefined) return 'already-so';
        if (isOver(link, command.data.now)) return 'share-expired';
        this.#drop(link);
        this.links.push({ ...link, until: undefined });
        return ['ImageShared'];
      }
      case 'DeclineShareRequest': {
        const link = this.#named(command.data.shareId);
        if (link?.until === undefined) return 'share-not-found';
        if (isOver(link, command.data.now)) return 'share-expired';
        this.#drop(link);
        return ['ShareRequestDeclined'];
      }
      case 'ExpireShareRequest': {
        const link = this.#named(command.data.shareId);
        if (link?.until === undefined) return 'already-so';
        if (!isOver(link, command.data.now)) return 'share-not-expired';
        this.#drop(link);
        return ['ShareRequestExpired'];
      }
      case 'CompensateShare': {
        const link = this.#named(command.data.shareId);
        if (link === undefined || link.until !== undefined) return 'already-so';
        this.#drop(link);
        return ['ImageUnshared'];
      }
      case 'ReceiveSharedImage': {
        const { slot, shareId, source } = command.data;
        if (source === slot.workspace) return 'self-share';
        if (this.holder === 'nobody') {
          this.holder = { shareId, source };
          return ['SharedImageReceived'];
        }
        return this.holder !== 'owner' && this.holder.shareId === shareId ? 'already-so' : 'name-taken';
      }
      case 'RevokeSharedImage':
        if (typeof this.holder === 'string' || this.holder.shareId !== command.data.shareId) return 'already-so';
        this.holder = 'nobody';
        this.runs = [];
        return ['SharedImageRevoked'];
      case 'RecordDeployment':
        return this.#deploy(command);
      case 'RetireDeployment': {
        if (this.holder === 'nobody') return 'image-not-found';
        const name = `${command.data.kind}/${command.data.deployment}`;
        if (!this.runs.some((run) => run.name === name)) return 'deployment-not-found';
        this.runs = this.runs.filter((run) => run.name !== name);
        return ['DeploymentRetired'];
      }
    }
  }

  #push(tag: string, digest: string): ModelAnswer {
    if (typeof this.holder === 'object') return 'not-owner';
    if (this.tags.some((known) => known.tag === tag && known.digest === digest)) return 'already-so';
    const isFirst = this.holder === 'nobody';
    this.holder = 'owner';
    this.tags = [...this.tags.filter((known) => known.tag !== tag), { tag, digest }];
    return isFirst ? ['ImageRegistered', 'TagPushed'] : ['TagPushed'];
  }

  #deleteTag(tag: string): ModelAnswer {
    const digest = this.tags.find((known) => known.tag === tag)?.digest;
    if (digest === undefined) return 'tag-not-found';
    if (this.links.some((link) => link.until === undefined)) return 'image-shared';
    const others = this.tags.filter((known) => known.tag !== tag);
    const stranded = this.runs.filter(
      (run) => run.digest === digest && others.every((other) => other.digest !== digest),
    );
    if (stranded.length > 0 || this.runs.some((run) => run.tag === tag)) return 'tag-in-use';
    this.tags = others;
    return ['TagDeleted'];
  }

  #deleteImage(): ModelAnswer {
    if (this.links.some((link) => link.until === undefined)) return 'image-shared';
    if (this.runs.length > 0) return 'image-in-use';
    const withdrawn = this.links.map(() => 'ShareRequestWithdrawn' as const);
    this.holder = 'nobody';
    this.tags = [];
    this.links = [];
    return [...withdrawn, 'ImageDeleted'];
  }

  #share({ data }: ImageCommandOf<'ShareImage'>): ModelAnswer {
    const link = this.#to(data.target);
    if (link !== undefined && link.until === undefined) return 'already-so';
    if (this.#named(data.shareId) !== undefined) return 'share-id-taken';
    if (link !== undefined) this.#drop(link);
    this.#add(data, undefined);
    return link === undefined ? ['ImageShared'] : ['ShareRequestWithdrawn', 'ImageShared'];
  }

  #request({ data }: ImageCommandOf<'RequestShare'>): ModelAnswer {
    const link = this.#to(data.target);
    if (link !== undefined && !isOver(link, data.now)) return 'already-so';
    if (this.#named(data.shareId) !== undefined) return 'share-id-taken';
    if (Date.parse(data.expiresAt) <= Date.parse(data.now)) return 'expiry-passed';
    if (link !== undefined) this.#drop(link);
    this.#add(data, data.expiresAt);
    return link === undefined ? ['ShareRequested'] : ['ShareRequestExpired', 'ShareRequested'];
  }

  #deploy({ data }: ImageCommandOf<'RecordDeployment'>): ModelAnswer {
    if (this.holder === 'nobody') return 'image-not-found';
    const run: Run = { name: `${data.kind}/${data.deployment}`, tag: data.tag, digest: data.digest };
    const before = this.runs.find((known) => known.name === run.name);
    if (before !== undefined && before.tag === run.tag && before.digest === run.digest) return 'already-so';
    if (this.holder === 'owner') {
      const candidates = this.tags.filter((known) => run.tag === undefined || known.tag === run.tag);
      if (run.tag !== undefined && candidates.length === 0) return 'tag-not-found';
      if (candidates.every((known) => known.digest !== run.digest)) return 'digest-not-found';
    }
    this.runs = [...this.runs.filter((known) => known.name !== run.name), run];
    return ['ImageDeployed'];
  }

  #maySendTo({ data }: ImageCommandOf<'ShareImage' | 'RequestShare'>): ImageRejectionCode | undefined {
    return data.target === data.slot.workspace ? 'self-share' : this.#asOwner('cannot-reshare');
  }

  #asOwner(otherwise: ImageRejectionCode): ImageRejectionCode | undefined {
    if (this.holder === 'owner') return undefined;
    return this.holder === 'nobody' ? 'image-not-found' : otherwise;
  }

  #to(target: string): Link | undefined {
    return this.links.find((link) => link.target === target);
  }

  #named(shareId: string): Link | undefined {
    return this.links.find((link) => link.shareId === shareId);
  }

  #drop(link: Link): void {
    this.links = this.links.filter((other) => other !== link);
  }

  #add({ shareId, target, targetAccountId }: Omit<Link, 'until'>, until: string | undefined): void {
    this.links.push({ shareId, target, targetAccountId, until });
  }
}

function isOver(link: Link, now: string): boolean {
  return link.until !== undefined && Date.parse(now) >= Date.parse(link.until);
}
