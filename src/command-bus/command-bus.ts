import type { CommandContext } from '../event-sourcing/command.js';
import { checkedReason, scopedCommandId } from '../http/command-context.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { invalidInput } from '../http/refusal.js';
import { validated } from '../http/validation.js';
import { authorizeActingFor } from '../workspaces/authorization/authorize.js';
import { actorOf, principalName } from '../workspaces/authorization/principal.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import type { CommandAnswer, CommandDefinition, PayloadClass } from './command-definition.js';
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

/** Takes envelopes from any transport to the handlers that the HTTP API uses too. */
export class CommandBus {
  readonly #definitions: ReadonlyMap<string, CommandDefinition>;

  constructor(
    definitions: readonly CommandDefinition[],
    private readonly readYourWrites: ReadYourWrites,
  ) {
    this.#definitions = new Map(definitions.map((definition) => [definition.type, definition]));
  }

  /** The names of all commands. */
  get types(): readonly string[] {
    return [...this.#definitions.keys()];
  }

  /** The class of each command's payload, by the name of the command. */
  get payloads(): ReadonlyMap<string, PayloadClass<object>> {
    return new Map([...this.#definitions].map(([type, { payload }]) => [type, payload]));
  }

  /** A checked envelope. @throws Refusal naming the fields at fault */
  parse(envelope: unknown): CommandEnvelopeDto {
    return validated(CommandEnvelopeDto, envelope);
  }

  /**
   * Runs one command. What it changed is visible to every query, and counts for every right, once it is answered.
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
    const acting = authorizeActingFor(delivery.sender, envelope.principal ?? principalName(delivery.sender));
    if (acting.kind === 'refused') return { kind: 'rejected', rejection: acting.rejection };
    const caller = acting.principal;
    const answer = await definition.handle(payload, { caller, context: contextOf(envelope, caller, delivery) });
    if (answer.kind !== 'rejected') await this.readYourWrites.passed(answer.position);
    return answer;
  }
}

function contextOf(envelope: CommandEnvelopeDto, caller: Principal, delivery: Delivery): CommandContext {
  const { causationId, reason } = envelope;
  const actor = actorOf(caller);
  return {
    commandId: scopedCommandId(delivery.sender, envelope.id),
    repeatable: true,
    correlationId: envelope.correlationId ?? delivery.correlationId,
    ...(causationId !== undefined && { causationId }),
    principal: principalName(caller),
    ...(actor !== undefined && { actor: principalName(actor) }),
    via: delivery.via,
    occurredAt: delivery.receivedAt,
    ...(reason !== undefined && { reason: checkedReason(reason) }),
  };
}
