import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/event-sourcing/decider.js';
import type { Json } from '../../../src/event-sourcing/json.js';
import { imageAggregate } from '../../../src/images/domain/image.aggregate.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import { imageDecider } from '../../../src/images/domain/image.decider.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import { evolve } from '../../../src/images/domain/image.evolve.js';
import { latestTag } from '../../../src/images/domain/image.queries.js';
import { imageRejectionCategories } from '../../../src/images/domain/image.rejections.js';
import type { ImageRejection, ImageRejectionCode } from '../../../src/images/domain/image.rejections.js';
import { deserializeState, serializeState } from '../../../src/images/domain/image.snapshot.js';
import type { ImageState } from '../../../src/images/domain/image.state.js';
import { anyCommand, anyCommands } from './slot-arbitraries.js';
import { SlotModel } from './slot-model.js';
import type { ModelAnswer } from './slot-model.js';
import { viewOf } from './slot-view.js';

const { initial } = imageDecider;

function decide(command: ImageCommand, state: ImageState): Decision<ImageEvent, ImageRejection> {
  return imageDecider.decide(command, state);
}

interface Step {
  readonly command: ImageCommand;
  readonly decision: Decision<ImageEvent, ImageRejection>;
  readonly before: ImageState;
  readonly after: ImageState;
}

/** The story of a slot under these commands. */
function* live(commands: readonly ImageCommand[]): Generator<Step> {
  let state = initial;
  for (const command of commands) {
    const before = state;
    const decision = decide(command, before);
    if (decision.kind === 'events') state = decision.events.reduce(evolve, before);
    yield { command, decision, before, after: state };
  }
}

function historyOf(commands: readonly ImageCommand[]): readonly ImageEvent[] {
  return [...live(commands)].flatMap(({ decision }) => (decision.kind === 'events' ? decision.events : []));
}

function answerOf(decision: Decision<ImageEvent, ImageRejection>): ModelAnswer {
  switch (decision.kind) {
    case 'events':
      return decision.events.map(({ type }) => type);
    case 'rejected':
      return decision.rejection.code;
    case 'already-so':
      return 'already-so';
  }
}

/** The state in the words of the model. */
function modelView(state: ImageState) {
  const holder = { empty: 'nobody', owned: 'owner', 'shared-in': 'another' }[state.kind];
  const deployments = state.kind === 'empty' ? [] : [...state.deployments.values()];
  const owned = state.kind === 'owned' ? state : undefined;
  return {
    holder: state.kind === 'shared-in' ? { shareId: state.shareId, source: state.source } : holder,
    tags: [...(owned?.tags ?? [])].map(([tag, { digest }]) => `${tag} ${digest}`).sort(),
    latest: latestTag(state)?.tag,
    links: [
      ...[...(owned?.shares.values() ?? [])].map((share) => JSON.stringify({ ...share, until: undefined })),
      ...[...(owned?.requests.values() ?? [])].map(({ expiresAt, ...parties }) =>
        JSON.stringify({ ...parties, until: expiresAt }),
      ),
    ].sort(),
    runs: deployments.map(({ kind, deployment, tag, digest }) => `${kind}/${deployment} ${tag ?? ''} ${digest}`).sort(),
  };
}

function viewOfModel(model: SlotModel) {
  return {
    holder: model.holder,
    tags: model.tags.map(({ tag, digest }) => `${tag} ${digest}`).sort(),
    latest: model.tags.at(-1)?.tag,
    links: model.links.map((link) => JSON.stringify(link)).sort(),
    runs: model.runs.map(({ name, tag, digest }) => `${name} ${tag ?? ''} ${digest}`).sort(),
  };
}

/** What a command is told when it is decided again right after it had an effect. */
const secondAnswers: Readonly<Record<ImageCommand['type'], 'already-so' | ImageRejectionCode>> = {
  RegisterImage: 'already-so',
  PushTag: 'already-so',
  ShareImage: 'already-so',
  RequestShare: 'already-so',
  AcceptShareRequest: 'already-so',
  ExpireShareRequest: 'already-so',
  CompensateShare: 'already-so',
  ReceiveSharedImage: 'already-so',
  RevokeSharedImage: 'already-so',
  RecordDeployment: 'already-so',
  DeleteTag: 'tag-not-found',
  DeleteImage: 'image-not-found',
  UnshareImage: 'share-not-found',
  DeclineShareRequest: 'share-not-found',
  RetireDeployment: 'deployment-not-found',
};

describe('a slot under any commands', () => {
  it('answers like the model and comes to the same state', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const model = new SlotModel();
        for (const { command, decision, after } of live(commands)) {
          expect(answerOf(decision)).toEqual(model.answer(command));
          expect(modelView(after)).toEqual(viewOfModel(model));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its indexes true', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { after } of live(commands)) {
          if (after.kind !== 'owned') continue;
          const links = [...after.shares.values(), ...after.requests.values()];
          expect(after.shareTargets.toObject()).toEqual(
            Object.fromEntries(links.map(({ shareId, target }) => [shareId, target])),
          );
          expect(new Set(links.map(({ target }) => target)).size).toBe(links.length);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('comes to the same state when its history is read back from its stored form', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const history = historyOf(commands);
        const read = history.map(throughStore);
        expect(read).toEqual(history);
        expect(viewOf(read.reduce(evolve, initial))).toEqual(viewOf(history.reduce(evolve, initial)));
      }),
      { numRuns: 100 },
    );
  });

  it('goes on from a snapshot as if there had been none', () => {
    fc.assert(
      fc.property(anyCommands, anyCommands, (earlier, later) => {
        const state = historyOf(earlier).reduce(evolve, initial);
        const restored = deserializeState(JSON.parse(JSON.stringify(serializeState(state))));
        expect(viewOf(restored)).toEqual(viewOf(state));
        const [direct, fromSnapshot] = [state, restored].map((start) =>
          later.reduce(
            ({ answers, state: now }, command) => {
              const decision = decide(command, now);
              const next = decision.kind === 'events' ? decision.events.reduce(evolve, now) : now;
              return { answers: [...answers, decision], state: next };
            },
            { answers: [] as Decision<ImageEvent, ImageRejection>[], state: start },
          ),
        );
        expect(fromSnapshot?.answers).toEqual(direct?.answers);
      }),
      { numRuns: 100 },
    );
  });

  it('decides the same twice and leaves the state it was asked on as it was', () => {
    fc.assert(
      fc.property(anyCommands, anyCommand, (commands, command) => {
        const state = historyOf(commands).reduce(evolve, initial);
        const before = JSON.stringify(serializeState(state));
        expect(decide(command, state)).toEqual(decide(command, state));
        expect(JSON.stringify(serializeState(state))).toBe(before);
      }),
      { numRuns: 100 },
    );
  });

  it('has no second effect for a command decided again after its own events', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { command, decision, after } of live(commands)) {
          if (decision.kind !== 'events') continue;
          expect(answerOf(decide(command, after))).toBe(secondAnswers[command.type]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('refuses with the category of its code and a whole sentence', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { decision } of live(commands)) {
          if (decision.kind !== 'rejected') continue;
          const { code, category, message } = decision.rejection;
          expect(category).toBe(imageRejectionCategories[code]);
          expect(message).toMatch(/^[A-Za-z].+\.$/);
          expect(message).not.toMatch(/undefined|\[object/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('knows whatever a command leads to for its outcome', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        for (const { command, decision } of live(commands))
          if (decision.kind === 'events') expect(imageAggregate.isOutcome(command, decision.events)).toBe(true);
      }),
    );
  });

  it('meets every event and every refusal', () => {
    const met = new Set<string>();
    for (const commands of fc.sample(anyCommands, { numRuns: 500, seed: 20260301 })) {
      for (const { decision } of live(commands)) {
        const answer = answerOf(decision);
        for (const word of typeof answer === 'string' ? [answer] : answer) met.add(word);
      }
    }
    const refusals = Object.keys(imageRejectionCategories).filter((code) => code !== 'malformed-command');
    expect([...met].sort()).toEqual([...imageCodec.types, ...refusals, 'already-so'].sort());
  });
});

function throughStore(event: ImageEvent): ImageEvent {
  const { type, data, schemaVersion } = imageCodec.encode(event);
  const stored = JSON.parse(JSON.stringify(data)) as Json;
  const decoded = imageCodec.decode({
    type,
    stream: 'image-acme/sandbox/tools/base',
    revision: 0n,
    position: '1',
    data: stored,
    metadata: { schemaVersion },
  });
  if (decoded === undefined) throw new Error(`no codec for ${type}`);
  return decoded;
}
