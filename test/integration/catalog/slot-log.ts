import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import { imageDecider } from '../../../src/images/domain/image.decider.js';
import { emptySlot } from '../../../src/images/domain/image.state.js';
import type { ImageState } from '../../../src/images/domain/image.state.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import { workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import type { ResourceType } from '../../../src/vocabulary/names.js';
import { imageStream, slotIn } from '../../../src/vocabulary/slot.js';
import type { Slot } from '../../../src/vocabulary/slot.js';

/** A digest that is easy to tell from others. */
export function digest(n: number): string {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}

export function slot(workspace: string, name: string, resourceType: ResourceType = 'sandbox'): Slot {
  return { workspace, resourceType, name };
}

const start = Date.parse('2026-01-01T00:00:00.000Z');

/** A log of slots, written by the rules themselves, in memory. Every event happens one second after the one before. */
export class SlotLog {
  readonly events: RecordedEvent[] = [];
  readonly states = new Map<string, ImageState>();
  #clock = start - 1_000;
  #shares = 0;

  /** The time of the last event. */
  get now(): string {
    return new Date(this.#clock).toISOString();
  }

  get position(): string {
    return this.events.at(-1)?.position ?? '';
  }

  state(of: Slot): ImageState {
    return this.states.get(imageStream(of)) ?? emptySlot;
  }

  /** Moves the clock of what follows. */
  shiftClock(milliseconds: number): void {
    this.#clock += milliseconds;
  }

  /** Runs a command; a refusal changes nothing. Answers what was decided. */
  execute(command: ImageCommand, by = 'user:alice'): 'events' | 'already-so' | 'rejected' {
    const stream = imageStream(command.data.slot);
    let state = this.states.get(stream) ?? emptySlot;
    const decision = imageDecider.decide(command, state);
    if (decision.kind === 'events') {
      for (const event of decision.events) {
        state = imageDecider.evolve(state, event);
        this.#record(stream, imageCodec.encode(event), by);
      }
      this.states.set(stream, state);
    }
    return decision.kind;
  }

  register(at: Slot, reference?: string): void {
    this.execute({ type: 'RegisterImage', data: { slot: at, ...(reference !== undefined && { reference }) } });
  }

  push(at: Slot, tag: string, pushed: string, more: { size?: number; platforms?: string[]; by?: string } = {}): void {
    const { size = 100, platforms = ['linux/amd64'], by } = more;
    this.execute({ type: 'PushTag', data: { slot: at, tag, digest: pushed, size, platforms } }, by);
  }

  /** Shares and runs both further steps. Answers the share's id. */
  share(source: Slot, target: string, targetAccountId = 'account-1'): string {
    const shareId = `share-${++this.#shares}`;
    const decided = this.execute({ type: 'ShareImage', data: { slot: source, shareId, target, targetAccountId } });
    if (decided === 'events') this.#deliver(source, target, shareId);
    return shareId;
  }

  request(source: Slot, target: string, expiresAt: string, targetAccountId = 'account-2'): string {
    const shareId = `share-${++this.#shares}`;
    const data = { slot: source, shareId, target, targetAccountId, expiresAt, now: this.now };
    this.execute({ type: 'RequestShare', data });
    return shareId;
  }

  accept(source: Slot, shareId: string, target: string): void {
    const decided = this.execute({ type: 'AcceptShareRequest', data: { slot: source, shareId, now: this.now } });
    if (decided === 'events') this.#deliver(source, target, shareId);
  }

  unshare(source: Slot, target: string): void {
    const state = this.state(source);
    const shareId = state.kind === 'owned' ? state.shares.get(target)?.shareId : undefined;
    const decided = this.execute({ type: 'UnshareImage', data: { slot: source, target } });
    if (decided !== 'events' || shareId === undefined) return;
    this.execute({ type: 'RevokeSharedImage', data: { slot: slotIn(target, source), shareId, reason: 'requested' } });
  }

  /** Deploys what the owner's tag points at. */
  deploy(at: Slot, deployment: string, tag: string, kind: ResourceType = at.resourceType): void {
    const held = this.state(at);
    const owner = held.kind === 'shared-in' ? this.state(slotIn(held.source, at)) : held;
    const found = owner.kind === 'owned' ? owner.tags.get(tag)?.digest : undefined;
    if (found === undefined) return;
    this.execute({ type: 'RecordDeployment', data: { slot: at, kind, deployment, tag, digest: found } });
  }

  retire(at: Slot, deployment: string, kind: ResourceType = at.resourceType): void {
    this.execute({ type: 'RetireDeployment', data: { slot: at, kind, deployment } });
  }

  workspace(name: string, accountId: string, displayName: string): void {
    const event = { type: 'WorkspaceCreated', data: { accountId, displayName, labels: {} } } as const;
    this.#record(workspaceStream(name), workspaceCodec.encode(event), 'operator');
  }

  rename(name: string, displayName: string): void {
    const event = { type: 'WorkspaceRenamed', data: { displayName, labels: {} } } as const;
    this.#record(workspaceStream(name), workspaceCodec.encode(event), 'operator');
  }

  account(accountId: string, ownerEmail: string): void {
    const data = { name: accountId, ownerEmail };
    this.#record(`account-${accountId}`, { type: 'AccountOpened', data, schemaVersion: 1 }, 'operator');
  }

  /** Appends anything at all. */
  record(stream: string, type: string, data: JsonObject): void {
    this.#record(stream, { type, data, schemaVersion: 1 }, 'operator');
  }

  #deliver(source: Slot, target: string, shareId: string): void {
    const at = slotIn(target, source);
    const data = { slot: at, shareId, source: source.workspace };
    if (this.execute({ type: 'ReceiveSharedImage', data }) !== 'rejected') return;
    this.execute({ type: 'CompensateShare', data: { slot: source, shareId } });
  }

  #record(
    stream: string,
    { type, data, schemaVersion }: { readonly type: string; readonly data: JsonObject; readonly schemaVersion: number },
    principal: string,
  ): void {
    this.#clock += 1_000;
    const number = this.events.length + 1;
    const revision = BigInt(this.events.filter((event) => event.stream === stream).length);
    const metadata = {
      commandId: `command-${number}`,
      correlationId: `correlation-${number}`,
      principal,
      via: 'test',
      occurredAt: this.now,
      schemaVersion,
    };
    const position = String(number).padStart(16, '0');
    this.events.push({ id: `event-${number}`, type, stream, revision, position, data, metadata });
  }
}
