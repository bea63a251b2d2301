import type { CommandContext } from '../event-sourcing/command.js';
import { checkedReason, scopedCommandId } from '../http/command-context.js';
import { invalidInput } from '../http/refusal.js';
import { validated } from '../http/validation.js';
import { principalName } from '../workspaces/authorization/principal.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import { parsePrincipal } from '../workspaces/domain/principal-name.js';
import type { Role } from '../workspaces/domain/workspace.events.js';
import type { CommandAnswer, CommandDefinition, HandlerRejection } from './command-definition.js';
import { CommandEnvelopeDto } from './envelope.dto.js';

/** Who sent an envelope, and how it arrived. */
export interface Delivery {
  readonly sender: Principal;
  readonly via: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly receivedAt: string;
  /** Used when the envelope names none. */
  readonly correlationId: string;
}

export interface CommandBusParts {
  readonly definitions: readonly CommandDefinition[];
  roleOf(principal: Principal, workspace: string): Role | undefined | Promise<Role | undefined>;
}

/** Takes envelopes from any transport to the handlers that the HTTP API uses too. */
export class CommandBus {
  readonly #definitions: ReadonlyMap<string, CommandDefinition>;
  readonly #roleOf: CommandBusParts['roleOf'];

  constructor({ definitions, roleOf }: CommandBusParts) {
    this.#definitions = new Map(definitions.map((definition) => [definition.type, definition]));
    this.#roleOf = roleOf;
  }

  /** The names of all commands. */
  get types(): readonly string[] {
    return [...this.#definitions.keys()];
  }

  /** A checked envelope. @throws Refusal naming the fields at fault */
  parse(envelope: unknown): CommandEnvelopeDto {
    return validated(CommandEnvelopeDto, envelope);
  }

  /**
   * Runs one command.
   *
   * @throws Refusal when the payload is not valid or the command unknown
   * @throws StoreUnavailableError when it could not be taken; sending it again with the same id is safe
   */
  async dispatch(envelope: CommandEnvelopeDto, delivery: Delivery): Promise<CommandAnswer> {
    const definition = this.#definitions.get(envelope.type);
    if (definition === undefined) {
      throw invalidInput(
        'unknown-command',
        `There is no command ${envelope.type}. The commands are ${this.types.join(', ')}.`,
      );
    }
    const payload = validated(definition.payload, envelope.data);
    const caller = await this.#callerFor(envelope, definition.workspaceOf(payload), delivery.sender);
    if ('code' in caller) return { kind: 'rejected', rejection: caller };
    return definition.handle(payload, { caller, context: contextOf(envelope, caller, delivery) });
  }

  /** The sender itself, or the one it may act for in this workspace. */
  async #callerFor(
    envelope: CommandEnvelopeDto,
    workspace: string | undefined,
    sender: Principal,
  ): Promise<Principal | HandlerRejection> {
    const { principal: name } = envelope;
    if (name === undefined || name === principalName(sender)) return sender;
    const named = parsePrincipal(name);
    if (named === undefined) return forbidden(`${name} is not the name of a principal.`);
    const principal: Principal = named.kind === 'user' ? named : { ...named, mayActForOthers: false };
    if (sender.kind === 'operator') return principal;
    if (sender.kind === 'user' || !sender.mayActForOthers) {
      return forbidden(
        'You may not act for others. Leave principal out, or use a service account that was created with that right.',
      );
    }
    const isAdmin = workspace !== undefined && (await this.#roleOf(sender, workspace)) === 'admin';
    return isAdmin ? principal : forbidden('You may act for others only in workspaces you are an admin of.');
  }
}

function contextOf(envelope: CommandEnvelopeDto, caller: Principal, delivery: Delivery): CommandContext {
  const { causationId, reason } = envelope;
  const isDelegated = principalName(caller) !== principalName(delivery.sender);
  return {
    commandId: scopedCommandId(delivery.sender, envelope.id),
    repeatable: true,
    correlationId: envelope.correlationId ?? delivery.correlationId,
    ...(causationId !== undefined && { causationId }),
    principal: principalName(caller),
    ...(isDelegated && { actor: principalName(delivery.sender) }),
    via: delivery.via,
    occurredAt: delivery.receivedAt,
    ...(reason !== undefined && { reason: checkedReason(reason) }),
  };
}

function forbidden(message: string): HandlerRejection {
  return { code: 'forbidden', category: 'forbidden', message };
}
