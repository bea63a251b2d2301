import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandAnswer } from '../../../src/command-bus/command-definition.js';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import { seen } from '../../support/model.catalog.js';
import { expectInOrder, expectVerified } from '../../support/model.expectations.js';
import {
  Neighbourhood,
  aim,
  aimsIn,
  anyBursts,
  anyPolicies,
  anySteps,
  payloadOf,
} from '../../support/model.commands.js';
import type { Aimed, Policies, Step } from '../../support/model.commands.js';
import { readSlots } from '../../support/model.log.js';
import { Model } from '../../support/model.js';
import type { ModelAnswer, ModelCommand } from '../../support/model.js';
import { inAWord } from '../../support/world.js';
import type { World } from '../../support/world.js';
import { worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf({ accounts: {}, workspaces: {} });
const runs = Number(process.env['TAGALONG_TEST_RUNS'] ?? 12);
const day = 86_400_000;
let neighbourhoods = 0;

interface Sent {
  readonly id: string;
  readonly user: string;
  readonly command: ModelCommand;
  payload: Readonly<Record<string, unknown>>;
  answer: ModelAnswer;
  /** Set once it was accepted: what it is answered from then on. */
  first?: CommandAnswer;
}

/** One life on the real service, beside the same life on paper. */
class Life {
  readonly #place: Neighbourhood;
  readonly #model: Model;
  readonly #sent: Sent[] = [];
  /** The latest share or request by image and target. */
  readonly #shareIds = new Map<string, string>();

  constructor(
    private readonly world: World,
    policies: Policies,
  ) {
    this.#place = new Neighbourhood(`n${++neighbourhoods}`, policies);
    this.#model = new Model(this.#place.modelPeople, world.service.config.shareRequestDays);
  }

  async begin(): Promise<void> {
    await this.world.welcome(this.#place.people);
  }

  async live(step: Step): Promise<void> {
    switch (step.kind) {
      case 'command':
        await this.#first(step.user, this.#aimed(step));
        return;
      case 'again': {
        const sent = this.#sent.at(-step.back);
        if (sent !== undefined) await this.#again(sent);
        return;
      }
      case 'days':
        this.world.clock.advance(step.days * day);
        await expect.poll(() => this.world.service.catalog.shares.expired(this.world.clock.text, 1)).toEqual([]);
        await this.world.settled();
    }
  }

  async compare(): Promise<void> {
    await expectInOrder(this.world, this.#place.workspaces);
    for (const workspace of this.#place.workspaces) {
      expect(await seen(this.world, workspace)).toEqual(this.#model.sight(workspace, this.world.clock.now()));
    }
  }

  #aimed({ command, luck }: Aimed): ModelCommand {
    return aim({ command: this.#place.rename(command), luck }, this.#model.aims(this.world.clock.now()));
  }

  async #first(user: string, command: ModelCommand): Promise<void> {
    const payload = this.#payloadOf(command);
    const sent: Sent = { id: randomUUID(), user, command, payload, answer: { word: '' } };
    this.#sent.push(sent);
    await this.#send(sent);
  }

  /** Names the share or request there is now. */
  #payloadOf(command: ModelCommand): ReturnType<typeof payloadOf> {
    const shareId = 'target' in command ? this.#shareIds.get(pairOf(command)) : undefined;
    return payloadOf(command, shareId ?? randomUUID());
  }

  async #send(sent: Sent): Promise<void> {
    const { id, user, command, payload } = sent;
    sent.answer = this.#model.answer(command, user, this.world.clock.now());
    const answer = await this.world.send(command.type, payload, { as: user, id });
    expect({ command, ...inModelWords(answer) }).toEqual({ command, ...sent.answer });
    const hadEffect = answer.kind === 'accepted' && answer.position !== undefined;
    if (hadEffect) sent.first = answer;
    if (command.type === 'ShareImage' && answer.kind !== 'rejected') {
      this.#shareIds.set(pairOf(command), String(answer.result?.['shareId']));
    }
  }

  /** What had an effect is answered as before; anything else is a command like any other. */
  async #again(sent: Sent): Promise<void> {
    if (sent.first === undefined) {
      sent.payload = this.#payloadOf(sent.command);
      await this.#send(sent);
      return;
    }
    const { id, user, command, payload, first } = sent;
    const answer = await this.world.send(command.type, payload, { as: user, id });
    expect({ command, ...essence(answer) }).toEqual({ command, ...essence(first) });
  }
}

function pairOf(command: { readonly place: string; readonly target: string }): string {
  return `${command.place} ${command.target}`;
}

function inModelWords(answer: CommandAnswer): ModelAnswer {
  const word = inAWord(answer);
  const result = answer.kind === 'rejected' ? undefined : answer.result;
  const told = result?.['share'] ?? result?.['deleted'];
  return told === undefined ? { word } : { word, told: told as NonNullable<ModelAnswer['told']> };
}

function essence(answer: CommandAnswer) {
  if (answer.kind === 'rejected') return { word: answer.rejection.code };
  const { kind, stream, revision, result } = answer;
  return { word: kind, stream, revision, result };
}

describe('any life of four workspaces in two accounts', () => {
  it('goes as on paper: the same answers, the same catalogs', { timeout: 300_000 }, async () => {
    const world = open();
    await fc.assert(
      fc.asyncProperty(anyPolicies, anySteps, async (policies, steps) => {
        const life = new Life(world, policies);
        await life.begin();
        for (const [index, step] of steps.entries()) {
          await life.live(step);
          if (index % 25 === 24) await life.compare();
        }
        await life.compare();
      }),
      { numRuns: runs, endOnFailure: false },
    );
    await expectVerified(world, []);
  });

  it('stays in order when everything happens at once', { timeout: 300_000 }, async () => {
    const world = open();
    await fc.assert(
      fc.asyncProperty(anyPolicies, anyBursts, async (policies, bursts) => {
        const place = new Neighbourhood(`n${++neighbourhoods}`, policies);
        await world.welcome(place.people);
        const turmoil = new Turmoil(world, place);
        for (const burst of bursts) await turmoil.burst(burst);
        await expectInOrder(world, place.workspaces);
        await expectOnRecord(world, turmoil.accepted);
      }),
      { numRuns: runs, endOnFailure: false },
    );
    await expectVerified(world, []);
  });
});

/** Everything at once, with no model that could say what comes of it: what must hold holds whatever came of it. */
class Turmoil {
  /** By the id in the log. */
  readonly accepted = new Map<string, CommandAnswer>();
  readonly #shareIds = new Map<string, string>();

  constructor(
    private readonly world: World,
    private readonly place: Neighbourhood,
  ) {}

  /** Sends every command twice under one id, all at once: both times it is answered the same. */
  async burst(commands: readonly Aimed[]): Promise<void> {
    const aims = aimsIn(readSlots(await this.world.log()), this.place.workspaces);
    await Promise.all(
      commands.map(({ command, luck }) => this.#twice(aim({ command: this.place.rename(command), luck }, aims))),
    );
  }

  async #twice(command: ModelCommand): Promise<void> {
    const id = randomUUID();
    const shareId = 'target' in command ? this.#shareIds.get(pairOf(command)) : undefined;
    const payload = payloadOf(command, shareId ?? randomUUID());
    const answers = await Promise.all([1, 2].map(() => this.world.send(command.type, payload, { as: 'all', id })));
    const accepted = answers.filter((answer) => answer.kind === 'accepted' && answer.revision !== undefined);
    expect(new Set(accepted.map((answer) => JSON.stringify(essence(answer), bigints))).size).toBeLessThan(2);
    for (const answer of accepted) {
      this.accepted.set(`user:all/${id}`, answer);
      const made = answer.kind === 'rejected' ? undefined : answer.result?.['shareId'];
      if ('target' in command && typeof made === 'string') this.#shareIds.set(pairOf(command), made);
    }
  }
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Everything that was answered as accepted is in the log, where the answer says. */
async function expectOnRecord(world: World, answers: ReadonlyMap<string, CommandAnswer>): Promise<void> {
  const log = await world.log();
  const byPlace = new Map(log.map((event) => [`${event.stream} ${event.revision}`, readMetadata(event).commandId]));
  for (const [commandId, answer] of answers) {
    if (answer.kind === 'rejected' || answer.stream === undefined) continue;
    expect(byPlace.get(`${answer.stream} ${answer.revision ?? ''}`)).toBe(commandId);
  }
}
