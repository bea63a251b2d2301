import { afterEach, describe, expect, it } from 'vitest';
import { commandLogProjection } from '../../../src/command-bus/command-log.projection.js';
import type { CommandLogTables } from '../../../src/command-bus/command-log.projection.js';
import { ProjectedCommandLog } from '../../../src/command-bus/projected.command-log.js';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import type { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { imageStream } from '../../../src/vocabulary/slot.js';
import { projected } from '../../support/projected.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const web = slotOf('acme/sandbox/web');

let readModel: SqliteReadModel<CommandLogTables> | undefined;

afterEach(async () => {
  await readModel?.close();
});

async function logOf(written: WrittenLog, batchSize = 1_000): Promise<ProjectedCommandLog> {
  readModel = await projected<CommandLogTables>(written.store, [commandLogProjection], [batchSize]);
  return new ProjectedCommandLog(readModel.queries, () => Promise.resolve(true));
}

describe('the log of commands', () => {
  it.each([1, 2, 1_000])('knows where the last event of a command is (batches of %i)', async (batchSize) => {
    const written = new WrittenLog();
    await written.image(web, { type: 'ImageRegistered', data: {} }, { commandId: 'c1' });
    const position = await written.image(web, pushed('v1', digestOf(1), 1), { commandId: 'c1' });
    const next = await written.image(web, pushed('v2', digestOf(1), 1), { commandId: 'c2' });
    const log = await logOf(written, batchSize);
    expect(await log.find('c1', next)).toEqual({ stream: imageStream(web), revision: 1n, position });
    expect(await log.find('c2', next)).toEqual({ stream: imageStream(web), revision: 2n, position: next });
    expect(await log.find('c3', next)).toBeUndefined();
  });

  it('leaves out ids that were made for one request and cannot come again', async () => {
    const written = new WrittenLog();
    const commandId = '6f1d7a44-9c55-4d10-9a5e-0c6f1f7f0001';
    await written.image(web, pushed('v1', digestOf(1), 1), { commandId });
    const position = await written.image(web, pushed('v2', digestOf(1), 1), { commandId: `user:alice/${commandId}` });
    const log = await logOf(written);
    expect(await log.find(commandId, position)).toBeUndefined();
    expect(await log.find(`user:alice/${commandId}`, position)).toMatchObject({ position });
  });

  it('stands by the stream in which a command was first seen', async () => {
    const written = new WrittenLog();
    const first = await written.image(web, pushed('v1', digestOf(1), 1), { commandId: 'c1' });
    const later = await written.image(slotOf('beta/sandbox/web'), pushed('v1', digestOf(1), 1), { commandId: 'c1' });
    expect(await (await logOf(written)).find('c1', later)).toMatchObject({ position: first });
  });

  it('waits until it knows everything up to the position, and says so when it does not get there', async () => {
    const written = new WrittenLog();
    const position = await written.image(web, pushed('v1', digestOf(1), 1), { commandId: 'c1' });
    readModel = await projected<CommandLogTables>(written.store, [commandLogProjection]);
    const waited: string[] = [];
    const patient = new ProjectedCommandLog(readModel.queries, (wanted) => {
      waited.push(wanted);
      return Promise.resolve(true);
    });
    expect(await patient.find('c1', position)).toMatchObject({ position });
    expect(waited).toEqual([position]);
    const late = new ProjectedCommandLog(readModel.queries, () => Promise.resolve(false));
    await expect(late.find('c1', position)).rejects.toThrow(StoreUnavailableError);
  });

  it('does not wait where there is nothing to be passed', async () => {
    const written = new WrittenLog();
    const position = await written.image(web, pushed('v1', digestOf(1), 1), { commandId: 'c1' });
    readModel = await projected<CommandLogTables>(written.store, [commandLogProjection]);
    const log = new ProjectedCommandLog(readModel.queries, () => Promise.resolve(false));
    expect(await log.find('c1', undefined)).toMatchObject({ position });
    expect(await log.find('c2', undefined)).toBeUndefined();
  });
});
