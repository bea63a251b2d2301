import fc from 'fast-check';
import type { LogReading } from './model.log.js';
import type { ModelCommand, ModelPeople } from './model.js';
import type { People } from './world.people.js';
import { digestOf } from './written-log.js';

/** One thing that happens: somebody commands, sends an earlier command once more, or days pass. */
export type Step =
  | ({ readonly kind: 'command'; readonly user: string } & Aimed)
  | { readonly kind: 'again'; readonly back: number }
  | { readonly kind: 'days'; readonly days: number };

/** A command, and how to aim it at what is there: see {@link aim}. */
export interface Aimed {
  readonly command: ModelCommand;
  readonly luck: number;
}

/** What there is to aim at. */
export interface Aims {
  /** Places that hold an image of their own. */
  readonly owned: readonly string[];
  /** Places that hold any. */
  readonly held: readonly string[];
  /** Shares that stand. */
  readonly shared: readonly Link[];
  /** Requests that wait. */
  readonly asked: readonly Link[];
  /** What is deployed. */
  readonly running: readonly { readonly workspace: string; readonly run: string }[];
}

export interface Link {
  readonly place: string;
  readonly target: string;
}

/** What the log says there is to aim at in these workspaces. */
export function aimsIn({ slots }: LogReading, workspaces: readonly string[]): Aims {
  const here = [...slots].filter(([, slot]) => workspaces.includes(slot.workspace) && slot.holder !== 'nobody');
  const links = (list: 'shares' | 'requests') =>
    here.flatMap(([place, slot]) => [...slot[list].keys()].map((target) => ({ place, target })));
  return {
    owned: here.flatMap(([place, { holder }]) => (holder === 'owner' ? [place] : [])),
    held: here.map(([place]) => place),
    shared: links('shares'),
    asked: links('requests'),
    running: here.flatMap(([, slot]) =>
      [...slot.deployments.keys()].map((run) => ({ workspace: slot.workspace, run })),
    ),
  };
}

/**
 * Most commands are about something that is there, else they would mostly meet nothing. A quarter stays as it is.
 */
export function aim({ command, luck }: Aimed, { owned, held, shared, asked, running }: Aims): ModelCommand {
  if (luck % 4 === 0) return command;
  const pick = <T>(from: readonly T[]): T | undefined => from[(luck >> 2) % from.length];
  switch (command.type) {
    case 'PushTag':
    case 'DeleteTag':
    case 'DeleteImage':
      return { ...command, place: pick(owned) ?? command.place };
    case 'ShareImage': {
      const aimed = { ...command, place: pick(owned) ?? command.place };
      const itself = aimed.place.startsWith(`${aimed.target}/`);
      return itself ? { ...aimed, target: neighbourOf(aimed.target) } : aimed;
    }
    case 'RecordDeployment':
      return { ...command, place: pick(held) ?? command.place };
    case 'UnshareImage':
      return { ...command, ...pick([...shared, ...asked]) };
    case 'AcceptShareRequest':
    case 'DeclineShareRequest': {
      const link = pick(asked);
      return link === undefined ? command : { ...command, ...link, at: link.target };
    }
    case 'RetireDeployment':
      return { ...command, ...pick(running) };
    case 'RegisterImage':
    case 'CleanupImages':
      return command;
  }
}

/** The other workspace of the account. */
function neighbourOf(workspaceName: string): string {
  return workspaceName.slice(0, -1) + (workspaceName.endsWith('1') ? '2' : '1');
}

const own = ['a1', 'a2', 'b1', 'b2'] as const;
const workspace = fc.constantFrom(...own);
const target = fc.constantFrom(...own, ...own, ...own, 'nowhere');
const image = fc.constantFrom('sandbox/web', 'sandbox/web', 'sandbox/web', 'sandbox/tools/db', 'job/batch');
const place = fc.tuple(workspace, image).map((parts) => parts.join('/'));
const tag = fc.constantFrom('v1', 'v2', 'latest');
const digest = fc.integer({ min: 1, max: 4 }).map(digestOf);
const run = fc.constantFrom('agent/x', 'agent/x', 'job/y');
const account = fc.oneof(
  { weight: 8, arbitrary: fc.constant('theirs') },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant('wrong') },
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const about = fc.record({ place, target: workspace, at: fc.constant(''), astray: fc.nat(9) }).map(
  // Mostly it is the target that answers.
  ({ astray, ...rest }) => ({ ...rest, at: astray === 0 ? 'a1' : rest.target }),
);

const command: fc.Arbitrary<ModelCommand> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('RegisterImage'), place }) },
  { weight: 9, arbitrary: fc.record({ type: fc.constant('PushTag'), place, tag, digest }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('DeleteTag'), place, tag }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('DeleteImage'), place }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('ShareImage'), place, target, account }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('UnshareImage'), place, target }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(about, fc.boolean())
      .map(([rest, force]) => ({ type: 'AcceptShareRequest', ...rest, force }) as const),
  },
  { weight: 2, arbitrary: about.map((rest) => ({ type: 'DeclineShareRequest', ...rest }) as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('RecordDeployment'),
      place,
      run,
      tag: optional(tag),
      digest: optional(digest),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('RetireDeployment'), workspace, run }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('CleanupImages'), workspace }) },
);

const user = fc.oneof(
  { weight: 8, arbitrary: fc.constant('all') },
  { weight: 1, arbitrary: fc.constantFrom('ann', 'abe', 'bea', 'mix', 'nobody') },
);

const luck = fc.nat(400);

/** Any command of a neighbourhood. */
export const anyCommand: fc.Arbitrary<Aimed> = fc.record({ command, luck });

/** Any life of four workspaces in two accounts, from few enough names that they meet. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('command'), user, command, luck }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('again'), back: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('days'), days: fc.constantFrom(1, 4, 8) }) },
  ),
  { minLength: 30, maxLength: 120, size: 'max' },
);

/** What happens all at once, and then all at once again. */
export const anyBursts: fc.Arbitrary<readonly (readonly Aimed[])[]> = fc.array(
  fc.array(anyCommand, { minLength: 2, maxLength: 12, size: 'max' }),
  { minLength: 3, maxLength: 8, size: 'max' },
);

const policy = fc.record({
  targetAdmin: fc.constantFrom('required', 'not-required'),
  acrossAccounts: fc.constantFrom(...Array<'by-request'>(7).fill('by-request'), 'forbidden'),
});

/** The sharing policies of both accounts. */
export const anyPolicies = fc.record({ a: policy, b: policy });
export type Policies = typeof anyPolicies extends fc.Arbitrary<infer T> ? T : never;

const roles = {
  all: { a1: 'admin', a2: 'admin', b1: 'admin', b2: 'admin' },
  ann: { a1: 'admin', a2: 'admin' },
  abe: { a1: 'admin', a2: 'member' },
  bea: { b1: 'member', b2: 'admin' },
  mix: { a1: 'member', b1: 'admin' },
} as const satisfies ModelPeople['roles'];

/** The people of one life, with their names made their own by a prefix. */
export class Neighbourhood {
  readonly workspaces: readonly string[];

  constructor(
    private readonly prefix: string,
    private readonly policies: Policies,
  ) {
    this.workspaces = own.map((name) => this.named(name));
  }

  /** For the service. */
  get people(): People {
    const workspaces: Record<string, { account: string; members: Record<string, 'admin' | 'member'> }> = {};
    for (const name of own) {
      const members = Object.entries<Readonly<Record<string, 'admin' | 'member'>>>(roles).flatMap(([sub, held]) => {
        const role = held[name];
        return role === undefined ? [] : [[sub, role] as const];
      });
      workspaces[this.named(name)] = { account: this.accountOf(name), members: Object.fromEntries(members) };
    }
    return { accounts: { [this.named('a')]: this.policies.a, [this.named('b')]: this.policies.b }, workspaces };
  }

  /** For the model. */
  get modelPeople(): ModelPeople {
    const renamed = Object.entries(roles).map(([sub, held]) => [
      sub,
      Object.fromEntries(Object.entries(held).map(([name, role]) => [this.named(name), role])),
    ]);
    return {
      accounts: Object.fromEntries(own.map((name) => [this.named(name), this.accountOf(name)])),
      policies: { [this.named('a')]: this.policies.a, [this.named('b')]: this.policies.b },
      roles: Object.fromEntries(renamed) as ModelPeople['roles'],
    };
  }

  /** The command with the names of this neighbourhood. */
  rename(given: ModelCommand): ModelCommand {
    const named: ModelCommand =
      'place' in given
        ? { ...given, place: this.named(given.place) }
        : { ...given, workspace: this.named(given.workspace) };
    if (!('target' in named)) return named;
    const moved = { ...named, target: this.named(named.target) };
    if ('at' in moved) return { ...moved, at: this.named(moved.at) };
    return moved.type === 'ShareImage' ? { ...moved, account: this.#accountFor(moved.account, moved.target) } : moved;
  }

  #accountFor(wanted: string | undefined, target: string): string | undefined {
    if (wanted !== 'theirs') return wanted;
    return target.startsWith(this.named('b')) ? this.named('b') : this.named('a');
  }

  private accountOf(workspace: string): string {
    return this.named(workspace.slice(0, 1));
  }

  private named(name: string): string {
    return `${this.prefix}-${name}`;
  }
}

/** Places and runs in the words of a payload; `shareId` is what a request is answered by. */
export function payloadOf(command: ModelCommand, shareId: string): Readonly<Record<string, unknown>> {
  switch (command.type) {
    case 'RegisterImage':
    case 'DeleteImage':
      return slotFields(command.place);
    case 'PushTag':
      return { ...slotFields(command.place), tag: command.tag, digest: command.digest, size: 1 };
    case 'DeleteTag':
      return { ...slotFields(command.place), tag: command.tag };
    case 'ShareImage':
      return {
        ...slotFields(command.place),
        targetWorkspace: command.target,
        ...(command.account !== undefined && { targetAccountId: command.account }),
      };
    case 'UnshareImage':
      return { ...slotFields(command.place), targetWorkspace: command.target };
    case 'AcceptShareRequest':
      return { workspace: command.at, shareId, force: command.force };
    case 'DeclineShareRequest':
      return { workspace: command.at, shareId };
    case 'RecordDeployment': {
      const { tag: byTag, digest: byDigest } = command;
      // A digest says it all; the service would take a tag beside it for nothing.
      const from = byDigest !== undefined ? { digest: byDigest } : byTag !== undefined ? { tag: byTag } : {};
      return { ...slotFields(command.place), ...runFields(command.run), ...from };
    }
    case 'RetireDeployment':
      return { workspace: command.workspace, ...runFields(command.run) };
    case 'CleanupImages':
      return { workspace: command.workspace };
  }
}

function slotFields(place: string) {
  const [workspaceName, resourceType, ...name] = place.split('/');
  return { workspace: workspaceName, resourceType, name: name.join('/') };
}

function runFields(text: string) {
  const [kind, deployment] = text.split('/');
  return { kind, deployment };
}
