import { readMetadata } from '../../src/event-sourcing/codec.js';
import type { RecordedEvent } from '../../src/event-sourcing/event.js';
import { imageCodec } from '../../src/images/domain/image.codec.js';
import type { ImageEvent } from '../../src/images/domain/image.events.js';
import { parseImageStream, slotLabel } from '../../src/vocabulary/slot.js';

/** What the events of one slot add up to, told without the rules that led there. */
export interface SlotFacts {
  readonly workspace: string;
  /** `type/name` */
  readonly image: string;
  holder: 'nobody' | 'owner' | { readonly shareId: string; readonly source: string };
  /** Digests by tag, the tag pushed last at the end. */
  readonly tags: Map<string, string>;
  /** Ids of active shares, by target. */
  readonly shares: Map<string, string>;
  /** Ids of requests that wait, by target. */
  readonly requests: Map<string, string>;
  /** Digests by `kind/name`. */
  readonly deployments: Map<string, string>;
}

/** What a log says, and everything about it that cannot be true. */
export interface LogReading {
  readonly slots: ReadonlyMap<string, SlotFacts>;
  readonly contradictions: readonly string[];
}

/** Reads the events of all slots from the first one on. */
export function readSlots(log: readonly RecordedEvent[]): LogReading {
  const slots = new Map<string, SlotFacts>();
  const contradictions: string[] = [];
  for (const recorded of log) {
    const slot = parseImageStream(recorded.stream);
    const event = imageCodec.decode(recorded);
    if (slot === undefined || event === undefined) continue;
    const label = slotLabel(slot);
    const facts = slots.get(label) ?? emptyFacts(slot.workspace, `${slot.resourceType}/${slot.name}`);
    slots.set(label, facts);
    const fault = happen(facts, event);
    if (fault !== undefined) contradictions.push(`${event.type} at ${recorded.position} in ${label}: ${fault}`);
  }
  return { slots, contradictions: [...contradictions, ...disorder(log)] };
}

function emptyFacts(workspace: string, image: string): SlotFacts {
  return {
    workspace,
    image,
    holder: 'nobody',
    tags: new Map(),
    shares: new Map(),
    requests: new Map(),
    deployments: new Map(),
  };
}

/** Notes an event. Answers what is wrong with it, if anything is. */
function happen(slot: SlotFacts, { type, data }: ImageEvent): string | undefined {
  const expect = (holder: 'nobody' | 'owner' | 'another'): string | undefined => {
    const found = typeof slot.holder === 'string' ? slot.holder : 'another';
    return found === holder ? undefined : `the slot holds the image of ${found}`;
  };
  switch (type) {
    case 'ImageRegistered': {
      const fault = expect('nobody');
      slot.holder = 'owner';
      return fault;
    }
    case 'TagPushed': {
      const before = slot.tags.get(data.tag);
      slot.tags.delete(data.tag);
      slot.tags.set(data.tag, data.digest);
      return expect('owner') ?? (before === data.replaces ? undefined : `it replaced ${before ?? 'nothing'}`);
    }
    case 'TagDeleted': {
      const fault = slot.tags.get(data.tag) === data.digest ? expect('owner') : 'the tag was elsewhere';
      slot.tags.delete(data.tag);
      return fault ?? (slot.shares.size > 0 ? 'the image was shared' : undefined);
    }
    case 'ImageDeleted': {
      const fault = expect('owner') ?? (slot.shares.size > 0 ? 'the image was shared' : undefined);
      const used = slot.deployments.size > 0 ? 'the image was deployed' : undefined;
      clear(slot);
      return fault ?? used;
    }
    case 'ImageShared': {
      const fault = expect('owner') ?? (slot.shares.has(data.target) ? 'it was shared already' : undefined);
      slot.requests.delete(data.target);
      slot.shares.set(data.target, data.shareId);
      return fault;
    }
    case 'ImageUnshared':
      return end(slot.shares, data);
    case 'ShareRequested': {
      const fault = expect('owner') ?? (slot.requests.has(data.target) ? 'a request waited already' : undefined);
      slot.requests.set(data.target, data.shareId);
      return fault;
    }
    case 'ShareRequestDeclined':
    case 'ShareRequestExpired':
    case 'ShareRequestWithdrawn':
      return end(slot.requests, data);
    case 'SharedImageReceived': {
      const fault = expect('nobody');
      slot.holder = data;
      return fault;
    }
    case 'SharedImageRevoked': {
      const fault = expect('another');
      clear(slot);
      return fault;
    }
    case 'ImageDeployed':
      slot.deployments.set(`${data.kind}/${data.deployment}`, data.digest);
      return slot.holder === 'nobody' ? 'there was nothing to deploy' : undefined;
    case 'DeploymentRetired':
      return slot.deployments.delete(`${data.kind}/${data.deployment}`) ? undefined : 'it did not run';
  }
}

function clear(slot: SlotFacts): void {
  slot.holder = 'nobody';
  for (const list of [slot.tags, slot.shares, slot.requests, slot.deployments]) list.clear();
}

function end(list: Map<string, string>, { target, shareId }: { readonly target: string; readonly shareId: string }) {
  const fault = list.get(target) === shareId ? undefined : `there was no ${shareId} with ${target}`;
  list.delete(target);
  return fault;
}

/** Ids used twice, commands with two effects, gaps in streams. */
function disorder(log: readonly RecordedEvent[]): readonly string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  const heads = new Map<string, bigint>();
  const commands = new Map<string, RecordedEvent>();
  for (const recorded of log) {
    const { id, stream, revision, position } = recorded;
    if (ids.has(id)) faults.push(`event id ${id} at ${position} is there twice`);
    ids.add(id);
    if (revision !== (heads.get(stream) ?? -1n) + 1n) faults.push(`${stream} has a gap at ${position}`);
    heads.set(stream, revision);
    const { commandId } = readMetadata(recorded);
    const before = commands.get(commandId);
    if (before !== undefined && (before.stream !== stream || before.revision + 1n !== revision)) {
      faults.push(`command ${commandId} had an effect at ${before.position} and another at ${position}`);
    }
    commands.set(commandId, recorded);
  }
  return faults;
}

/** What must not be once everything has settled: half shares and deployments in two places. */
export function unsettled({ slots }: LogReading): readonly string[] {
  const faults: string[] = [];
  const runs = new Map<string, string>();
  for (const [label, slot] of slots) {
    for (const [target, shareId] of slot.shares) {
      const there = slots.get(`${target}/${slot.image}`)?.holder;
      if (typeof there !== 'object' || there.shareId !== shareId || there.source !== slot.workspace) {
        faults.push(`${label} is shared with ${target} (${shareId}), which holds ${JSON.stringify(there)}`);
      }
    }
    if (typeof slot.holder === 'object') {
      const { shareId, source } = slot.holder;
      if (slots.get(`${source}/${slot.image}`)?.shares.get(slot.workspace) !== shareId) {
        faults.push(`${label} holds ${shareId} of ${source}, which does not share it`);
      }
    }
    for (const deployment of slot.deployments.keys()) {
      const name = `${slot.workspace} ${deployment}`;
      const other = runs.get(name);
      if (other !== undefined) faults.push(`${name} runs from ${other} and from ${label}`);
      runs.set(name, label);
    }
  }
  return faults;
}
