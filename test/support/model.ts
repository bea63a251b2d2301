/** Who may do what, as far as the model needs it. */
export interface ModelPeople {
  /** Account of each workspace. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly policies: Readonly<
    Record<
      string,
      { readonly targetAdmin: 'required' | 'not-required'; readonly acrossAccounts: 'forbidden' | 'by-request' }
    >
  >;
  /** Roles by user and workspace. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, 'admin' | 'member'>>>>;
}

/** A place: `workspace/type/name`. */
type Place = string;

interface Held {
  /** Undefined for an image of the workspace's own. */
  readonly source: string | undefined;
  /** The tag pushed last comes last. */
  readonly tags: Map<string, string>;
  /** Workspaces it is shared with. */
  readonly shares: Set<string>;
  /** Workspaces that were asked, and when asking ends. */
  readonly requests: Map<string, number>;
  /** `kind/name`, with tag and digest. */
  readonly runs: Map<string, { readonly tag: string | undefined; readonly digest: string }>;
}

/** A command in the words of the model. Places are `workspace/type/name`. */
export type ModelCommand =
  | { readonly type: 'RegisterImage' | 'DeleteImage'; readonly place: Place }
  | { readonly type: 'PushTag'; readonly place: Place; readonly tag: string; readonly digest: string }
  | { readonly type: 'DeleteTag'; readonly place: Place; readonly tag: string }
  | {
      readonly type: 'ShareImage';
      readonly place: Place;
      readonly target: string;
      readonly account: string | undefined;
    }
  | { readonly type: 'UnshareImage'; readonly place: Place; readonly target: string }
  /** About the latest share or request of this place with this target, whatever became of it. */
  | {
      readonly type: 'AcceptShareRequest';
      readonly place: Place;
      readonly target: string;
      readonly at: string;
      readonly force: boolean;
    }
  | { readonly type: 'DeclineShareRequest'; readonly place: Place; readonly target: string; readonly at: string }
  | {
      readonly type: 'RecordDeployment';
      readonly place: Place;
      readonly run: string;
      readonly tag: string | undefined;
      readonly digest: string | undefined;
    }
  | { readonly type: 'RetireDeployment'; readonly workspace: string; readonly run: string }
  | { readonly type: 'CleanupImages'; readonly workspace: string };

/** `accepted`, `already-so` or the code of a rejection, and what else the sender is told. */
export interface ModelAnswer {
  readonly word: string;
  readonly told?: 'active' | 'pending' | readonly Place[];
}

const day = 86_400_000;

/**
 * The whole service as one would explain it on paper: places that hold images, changed in place, one command after
 * another. It shares no code with the service and knows of no events.
 */
export class Model {
  readonly #held = new Map<Place, Held>();

  constructor(
    private readonly people: ModelPeople,
    private readonly requestDays: number,
  ) {}

  /** Obeys a command, or says why not. */
  answer(command: ModelCommand, user: string, now: number): ModelAnswer {
    const workspace = 'place' in command ? workspaceOf(command.place) : command.workspace;
    const about = command.type === 'AcceptShareRequest' || command.type === 'DeclineShareRequest';
    const refused = this.#role(user, about ? command.at : workspace, neededRole(command.type));
    if (refused !== undefined) return { word: refused };
    switch (command.type) {
      case 'RegisterImage':
        return { word: this.#register(command.place) };
      case 'PushTag':
        return { word: this.#push(command) };
      case 'DeleteTag':
        return { word: this.#deleteTag(command) };
      case 'DeleteImage':
        return { word: this.#delete(command.place) };
      case 'ShareImage':
        return this.#share(command, user, now);
      case 'UnshareImage':
        return { word: this.#unshare(command, user, now) };
      case 'AcceptShareRequest':
      case 'DeclineShareRequest':
        return { word: this.#respond(command, now) };
      case 'RecordDeployment':
        return { word: this.#deploy(command) };
      case 'RetireDeployment':
        return { word: this.#retire(command) };
      case 'CleanupImages':
        return this.#cleanUp(command.workspace, now);
    }
  }

  /** What a workspace sees, in the words of `seen`. Requests that have expired are gone. */
  sight(workspace: string, now: number) {
    const here = [...this.#held].filter(([place]) => workspaceOf(place) === workspace);
    return {
      images: here.map(([place, held]) => this.#describe(place, held)).sort(),
      shares: here
        .flatMap(([place, { shares, requests }]) => [
          ...[...shares].map((target) => `${imageOf(place)} active ${target}`),
          ...[...requests].flatMap(([target, ends]) => (ends > now ? [`${imageOf(place)} pending ${target}`] : [])),
        ])
        .sort(),
      deployments: here
        .flatMap(([place, { runs }]) => [...runs].map(([run, { digest }]) => `${run} ${this.#owner(place)}@${digest}`))
        .sort(),
    };
  }

  /** What there is to command about. */
  aims(now: number) {
    const all = [...this.#held];
    return {
      owned: all.flatMap(([place, { source }]) => (source === undefined ? [place] : [])),
      held: all.map(([place]) => place),
      shared: all.flatMap(([place, { shares }]) => [...shares].map((target) => ({ place, target }))),
      asked: all.flatMap(([place, { requests }]) =>
        [...requests].flatMap(([target, ends]) => (ends > now ? [{ place, target }] : [])),
      ),
      running: all.flatMap(([place, { runs }]) =>
        [...runs.keys()].map((run) => ({ workspace: workspaceOf(place), run })),
      ),
    };
  }

  #register(place: Place): string {
    const held = this.#held.get(place);
    if (held !== undefined) return held.source === undefined ? 'already-so' : 'name-taken';
    this.#held.set(place, holding(undefined));
    return 'accepted';
  }

  #push({ place, tag, digest }: Extract<ModelCommand, { type: 'PushTag' }>): string {
    const held = this.#held.get(place) ?? holding(undefined);
    if (held.source !== undefined) return 'not-owner';
    if (held.tags.get(tag) === digest) return 'already-so';
    this.#held.set(place, held);
    held.tags.delete(tag);
    held.tags.set(tag, digest);
    return 'accepted';
  }

  #deleteTag({ place, tag }: Extract<ModelCommand, { type: 'DeleteTag' }>): string {
    const held = this.#held.get(place);
    if (held === undefined) return 'image-not-found';
    if (held.source !== undefined) return 'not-owner';
    const digest = held.tags.get(tag);
    if (digest === undefined) return 'tag-not-found';
    if (held.shares.size > 0) return 'image-shared';
    const elsewhere = [...held.tags].some(([other, points]) => other !== tag && points === digest);
    const used = [...held.runs.values()].some((run) => run.tag === tag || (run.digest === digest && !elsewhere));
    if (used) return 'tag-in-use';
    held.tags.delete(tag);
    return 'accepted';
  }

  #delete(place: Place): string {
    const held = this.#held.get(place);
    if (held === undefined) return 'image-not-found';
    if (held.source !== undefined) return 'not-owner';
    if (held.shares.size > 0) return 'image-shared';
    if (held.runs.size > 0) return 'image-in-use';
    this.#held.delete(place);
    return 'accepted';
  }

  #share(
    { place, target, account }: Extract<ModelCommand, { type: 'ShareImage' }>,
    user: string,
    now: number,
  ): ModelAnswer {
    const source = workspaceOf(place);
    if (target === source) return { word: 'self-share' };
    const way = this.#wayTo(source, target, account, user);
    if (way !== 'at-once' && way !== 'by-request') return { word: way };
    const held = this.#held.get(place);
    if (held === undefined) return { word: 'image-not-found' };
    if (held.source !== undefined) return { word: 'cannot-reshare' };
    if (held.shares.has(target)) return { word: 'already-so', told: 'active' };
    if (way === 'by-request') {
      if ((held.requests.get(target) ?? 0) > now) return { word: 'already-so', told: 'pending' };
      held.requests.set(target, now + this.requestDays * day);
      return { word: 'accepted', told: 'pending' };
    }
    const there = inWorkspace(place, target);
    if (this.#held.has(there)) return { word: 'name-taken' };
    held.shares.add(target);
    this.#held.set(there, holding(source));
    return { word: 'accepted', told: 'active' };
  }

  #wayTo(source: string, target: string, account: string | undefined, user: string): string {
    const [ours, theirs] = [this.people.accounts[source] ?? '', this.people.accounts[target]];
    const policy = this.people.policies[ours];
    if (theirs === undefined || policy === undefined) return 'target-not-available';
    if (ours !== theirs) {
      const both = [policy, this.people.policies[theirs]];
      const open = both.every((one) => one?.acrossAccounts === 'by-request');
      return open && account === theirs ? 'by-request' : 'target-not-available';
    }
    if (account !== undefined && account !== theirs) return 'target-not-available';
    if (policy.targetAdmin === 'not-required') return 'at-once';
    const role = this.people.roles[user]?.[target];
    if (role === 'admin') return 'at-once';
    return role === 'member' ? 'forbidden' : 'target-not-available';
  }

  #unshare({ place, target }: Extract<ModelCommand, { type: 'UnshareImage' }>, user: string, now: number): string {
    const held = this.#held.get(place);
    if (held === undefined) return 'image-not-found';
    if (held.source !== undefined) return 'not-owner';
    if (held.shares.has(target)) {
      const account = this.people.accounts[workspaceOf(place)] ?? '';
      const within = account === this.people.accounts[target];
      if (within && this.people.policies[account]?.targetAdmin === 'required') {
        const refused = this.#role(user, target, 'admin');
        if (refused !== undefined) return refused;
      }
      held.shares.delete(target);
      this.#held.delete(inWorkspace(place, target));
      return 'accepted';
    }
    const waits = (held.requests.get(target) ?? 0) > now;
    held.requests.delete(target);
    return waits ? 'accepted' : 'share-not-found';
  }

  #respond(
    command: Extract<ModelCommand, { type: 'AcceptShareRequest' | 'DeclineShareRequest' }>,
    now: number,
  ): string {
    const { place, target } = command;
    const held = this.#held.get(place);
    if (command.at !== target || held === undefined || held.source !== undefined) return 'share-not-found';
    if (held.shares.has(target)) return command.type === 'AcceptShareRequest' ? 'already-so' : 'share-not-found';
    if ((held.requests.get(target) ?? 0) <= now) return 'share-not-found';
    if (command.type === 'AcceptShareRequest') {
      const there = inWorkspace(place, target);
      const blocking = this.#held.get(there);
      if (blocking !== undefined) {
        if (blocking.source !== undefined || !command.force) return 'name-taken';
        const deleted = this.#delete(there);
        if (deleted !== 'accepted') return deleted;
      }
      held.shares.add(target);
      this.#held.set(there, holding(workspaceOf(place)));
    }
    held.requests.delete(target);
    return 'accepted';
  }

  #deploy({ place, run, tag, digest }: Extract<ModelCommand, { type: 'RecordDeployment' }>): string {
    const held = this.#held.get(place);
    const tags = this.#held.get(this.#owner(place))?.tags;
    if (held === undefined || tags === undefined) return 'image-not-found';
    const wanted = digest === undefined ? (tag ?? [...tags.keys()].at(-1)) : undefined;
    const found = digest ?? (wanted === undefined ? undefined : tags.get(wanted));
    if (found === undefined) return 'tag-not-found';
    if (digest !== undefined && ![...tags.values()].includes(digest)) return 'digest-not-found';
    const before = held.runs.get(run);
    if (before?.digest === found && before.tag === wanted) return 'already-so';
    for (const [other, { runs }] of this.#held) if (workspaceOf(other) === workspaceOf(place)) runs.delete(run);
    held.runs.set(run, { tag: wanted, digest: found });
    return 'accepted';
  }

  #retire({ workspace, run }: Extract<ModelCommand, { type: 'RetireDeployment' }>): string {
    for (const [place, { runs }] of this.#held) {
      if (workspaceOf(place) === workspace && runs.delete(run)) return 'accepted';
    }
    return 'deployment-not-found';
  }

  #cleanUp(workspace: string, now: number): ModelAnswer {
    const unused = [...this.#held].filter(
      ([place, { source, shares, requests, runs }]) =>
        workspaceOf(place) === workspace &&
        source === undefined &&
        shares.size === 0 &&
        runs.size === 0 &&
        [...requests.values()].every((ends) => ends <= now),
    );
    for (const [place] of unused) this.#held.delete(place);
    return { word: 'accepted', told: unused.map(([place]) => place).sort() };
  }

  #role(user: string, workspace: string, needed: 'admin' | 'member'): string | undefined {
    const role = this.people.roles[user]?.[workspace];
    if (role === undefined) return 'workspace-forbidden';
    return role === 'admin' || needed === 'member' ? undefined : 'admin-required';
  }

  #owner(place: Place): Place {
    const source = this.#held.get(place)?.source;
    return source === undefined ? place : inWorkspace(place, source);
  }

  #describe(place: Place, { source }: Held): string {
    const tags = [...(this.#held.get(this.#owner(place))?.tags ?? [])].reverse();
    const shown = tags.map(([tag, digest]) => `${tag}@${digest.slice(-4)}`).join(' ');
    return `${imageOf(place)} of ${source ?? workspaceOf(place)}: ${shown}`;
  }
}

function holding(source: string | undefined): Held {
  return { source, tags: new Map(), shares: new Set(), requests: new Map(), runs: new Map() };
}

function neededRole(type: ModelCommand['type']): 'admin' | 'member' {
  switch (type) {
    case 'RegisterImage':
    case 'PushTag':
    case 'RecordDeployment':
    case 'RetireDeployment':
      return 'member';
    case 'DeleteTag':
    case 'DeleteImage':
    case 'ShareImage':
    case 'UnshareImage':
    case 'AcceptShareRequest':
    case 'DeclineShareRequest':
    case 'CleanupImages':
      return 'admin';
  }
}

function workspaceOf(place: Place): string {
  return place.slice(0, place.indexOf('/'));
}

function imageOf(place: Place): string {
  return place.slice(place.indexOf('/') + 1);
}

function inWorkspace(place: Place, workspace: string): Place {
  return `${workspace}/${imageOf(place)}`;
}
