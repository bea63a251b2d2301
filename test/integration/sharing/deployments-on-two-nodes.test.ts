import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandExecutor } from '../../../src/event-sourcing/command-executor.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { DeploymentMoves } from '../../../src/images/deployments/deployment-moves.js';
import { imageAggregate } from '../../../src/images/domain/image.aggregate.js';
import { imageCodec } from '../../../src/images/domain/image.codec.js';
import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import type { SlotExecutor } from '../../../src/images/handlers/image-handler.js';
import { SharingSteps } from '../../../src/images/sharing/sharing-steps.js';
import { slotProcess } from '../../../src/images/slot.process.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { imageStream } from '../../../src/vocabulary/slot.js';
import { aContext } from '../../support/command-context.js';
import { LogScanningCommandLog } from '../../support/log-scanning.command-log.js';
import { digestOf, slotOf } from '../../support/written-log.js';
import type { SlotName } from '../../support/world.js';

const places: readonly SlotName[] = ['alpha/job/a', 'alpha/job/b', 'alpha/job/c'];
const [a, b, c] = ['alpha/job/a', 'alpha/job/b', 'alpha/job/c'] as const;

describe('a deployment that two nodes move at the same time', () => {
  let store: InMemoryEventStore;
  let readModel: SqliteReadModel<object>;
  let host: ProjectionHost;

  /** The executor of one node: it has its own cache, and others write the same store. */
  function node(): SlotExecutor {
    return new CommandExecutor({
      store,
      aggregate: imageAggregate,
      commandLog: new LogScanningCommandLog(store),
      soleWriter: false,
      onSnapshotFault: (fault) => {
        throw fault;
      },
    });
  }

  async function send(slots: SlotExecutor, place: SlotName, command: ImageCommand): Promise<void> {
    const outcome = await slots.execute(imageStream(slotOf(place)), command, aContext());
    expect(outcome.kind).toBe('accepted');
  }

  /** As a node does that has seen the deployment in another image. */
  function deploy(slots: SlotExecutor, place: SlotName, from?: SlotName): Promise<void> {
    const movedFrom = from && { resourceType: slotOf(from).resourceType, name: slotOf(from).name };
    return send(slots, place, {
      type: 'RecordDeployment',
      data: {
        slot: slotOf(place),
        kind: 'job',
        deployment: 'nightly',
        tag: 'v1',
        digest: digestOf(1),
        ...(movedFrom !== undefined && { movedFrom }),
      },
    });
  }

  async function settled(): Promise<void> {
    for (;;) {
      const head = await store.head();
      if (head === undefined || !(await host.waitFor(head))) throw new Error('the process has failed');
      if ((await store.head()) === head) return;
    }
  }

  async function lastOf(place: SlotName): Promise<string | undefined> {
    const events = await store.readStream(imageStream(slotOf(place)));
    return events.flatMap((event) => imageCodec.decode(event) ?? []).at(-1)?.type;
  }

  beforeEach(async () => {
    store = new InMemoryEventStore();
    readModel = await SqliteReadModel.open(':memory:');
    const slots = node();
    const parts = {
      sharing: new SharingSteps(slots),
      moves: new DeploymentMoves(slots, store),
      now: () => '2026-01-01T00:00:00.000Z',
    };
    host = new ProjectionHost(
      {
        store: readModel.projections,
        reader: store,
        clock: systemClock,
        report: (report) => {
          if (report.kind === 'failed') throw report.error;
        },
      },
      [slotProcess(parts)],
    );
    for (const place of places) {
      await send(slots, place, {
        type: 'PushTag',
        data: {
          slot: slotOf(place),
          tag: 'v1',
          digest: digestOf(1),
          size: 1,
          platforms: [],
        },
      });
    }
  });

  afterEach(async () => {
    await host.stop();
    await readModel.close();
  });

  it.each([
    ['while the process looks on', true],
    ['before the process looks', false],
  ])('runs from the one recorded last alone, %s', async (_, first) => {
    if (first) await host.start();
    const [one, other] = [node(), node()];
    await deploy(one, a);
    if (first) await settled();
    await Promise.all([deploy(one, b, a), deploy(other, c, a)]);
    if (!first) await host.start();
    await settled();
    const log = await store.readAll({ limit: 1_000 });
    const winner = log.findLast(({ type }) => type === 'ImageDeployed')?.stream;
    for (const place of places) {
      const isWinner = imageStream(slotOf(place)) === winner;
      expect([place, await lastOf(place)]).toEqual([place, isWinner ? 'ImageDeployed' : 'DeploymentRetired']);
    }
  });

  it('stays where it went back to', async () => {
    await host.start();
    const [one, other] = [node(), node()];
    await deploy(one, a);
    await deploy(one, b, a);
    await settled();
    await deploy(other, a, b);
    await settled();
    expect(await Promise.all(places.map(lastOf))).toEqual(['ImageDeployed', 'DeploymentRetired', 'TagPushed']);
    await deploy(one, b, a);
    await settled();
    expect(await Promise.all(places.map(lastOf))).toEqual(['DeploymentRetired', 'ImageDeployed', 'TagPushed']);
  });
});
