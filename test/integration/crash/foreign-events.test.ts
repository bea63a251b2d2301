import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import { imageStream } from '../../../src/vocabulary/slot.js';
import { aContext } from '../../support/command-context.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { World, at, tagged } from '../../support/world.js';
import { neighbours } from '../../support/world.in-suite.js';
import { slotOf } from '../../support/written-log.js';

describe('an event in the log that this release', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let world: World;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    world = await World.open({ directory: directory.path, people: neighbours });
    await world.send('PushTag', tagged('alpha/sandbox/odd', 'v1', 1));
    await world.send('PushTag', tagged('alpha/sandbox/even', 'v1', 2));
    await world.settled();
  });

  afterEach(async () => {
    await world.close();
    await directory.remove();
  });

  /** Puts an event at the end of a slot's stream, past all rules. Answers its position. */
  async function record(type: string, data: Readonly<Record<string, string>>): Promise<string> {
    const { commandId, correlationId, principal, via, occurredAt } = aContext();
    const stream = imageStream(slotOf('alpha/sandbox/odd'));
    const metadata = { commandId, correlationId, principal, via, occurredAt, schemaVersion: 1 };
    const event = { id: randomUUID(), type, data, metadata };
    const result = await world.service.stores.events.append(stream, 1n, [event]);
    if (result.kind === 'conflict') throw new Error('the stream has two events');
    return result.position;
  }

  async function reopen(): Promise<void> {
    await world.close();
    world = await World.open({ directory: directory.path });
  }

  it('does not know is skipped by every subscriber and closes its own stream alone, naming itself', async () => {
    const position = await record('ImageSigned', { by: 'ann' });
    await reopen();
    await world.settled();
    expect(world.service.projections.statuses().filter(({ fault }) => fault !== undefined)).toEqual([]);
    const push = world.send('PushTag', tagged('alpha/sandbox/odd', 'v2', 3));
    await expect(push).rejects.toThrow(CorruptEventError);
    await expect(push).rejects.toThrow(new RegExp(`ImageSigned at position ${position}.*newer`));
    expect(await world.ask('PushTag', tagged('alpha/sandbox/even', 'v2', 4))).toBe('accepted');
    expect((await world.list('alpha')).map(({ metadata }) => metadata.name).sort()).toEqual(['even', 'odd']);
  });

  it('cannot read stops those who need it, with its position, and nobody else', async () => {
    const position = await record('TagDeleted', { tag: 'v1' });
    await reopen();
    const { projections } = world.service;
    await expect.poll(() => projections.get('catalog').status().state).toBe('failed');
    expect(projections.get('catalog').status().fault).toMatchObject({
      position,
      stream: imageStream(slotOf('alpha/sandbox/odd')),
      message: expect.stringMatching(/TagDeleted.*cannot be read/) as string,
    });
    for (const name of ['access', 'command-log', 'slot-process']) {
      expect(await projections.get(name).waitFor(position)).toBe(true);
    }
    const slots = ['alpha/sandbox/odd', 'alpha/sandbox/even'] as const;
    await expect(world.send('DeleteImage', at(slots[0]))).rejects.toThrow(CorruptEventError);
    await expect(world.send('PushTag', tagged(slots[1], 'v2', 5))).rejects.toThrow(
      /A change that was sent .* is recorded/,
    );
    expect(await world.plot(slots[1])).toEqual(['ImageRegistered', 'TagPushed', 'TagPushed']);
  });
});
