import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAuditEvent } from '../../../src/audit/audit.event.js';
import type { AuditEvent } from '../../../src/audit/audit.event.js';
import { parseAuditCursor } from '../../../src/audit/audit.filter.js';
import type { AuditFilter, AuditOrder } from '../../../src/audit/audit.filter.js';
import { auditProjection } from '../../../src/audit/audit.projection.js';
import { AuditQueries } from '../../../src/audit/audit.queries.js';
import type { AuditExportMessage } from '../../../src/audit/audit.queries.js';
import type { AuditTables } from '../../../src/audit/audit.tables.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { accountCodec } from '../../../src/workspaces/domain/account.codec.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import { accountStream, workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';
import { wholeLog } from '../../support/event-store/events.js';
import { projected } from '../../support/projected.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const epoch = Date.parse('2026-03-01T00:00:00.000Z');
const minute = 60_000;
const principals = ['user:alice', 'user:bob', 'service-account:ci', 'user:\u{1F984}'];
const slots = [
  slotOf('acme/sandbox/web'),
  slotOf('acme/agent/web'),
  slotOf('beta/sandbox/web'),
  slotOf('beta/sandbox/team/tool'),
];
const shared = { shareId: 'share-1', targetAccountId: 'account-1' };
const facts: readonly ImageEvent[] = [
  { type: 'ImageRegistered', data: {} },
  pushed('v1', digestOf(1), 10),
  { type: 'TagDeleted', data: { tag: 'v1', digest: digestOf(1) } },
  { type: 'ImageShared', data: { ...shared, target: 'beta' } },
  { type: 'ImageUnshared', data: { ...shared, target: 'gamma', reason: 'requested' } },
  { type: 'SharedImageReceived', data: { shareId: 'share-1', source: 'acme' } },
  { type: 'ShareRequested', data: { ...shared, target: 'gamma', expiresAt: '2027-01-01T00:00:00Z' } },
];

/** A log in which every combination turns up, on a clock that now and then goes back by half an hour. */
async function someLog(): Promise<WrittenLog> {
  const log = new WrittenLog();
  for (let n = 0; n < 240; n++) {
    const time = epoch + n * 3 * minute - (n % 7 === 0 ? 30 * minute : 0);
    const metadata = { occurredAt: new Date(time).toISOString(), principal: principals[(n * 5 + (n >> 3)) % 4] ?? '' };
    const slot = slots[(n * 3 + (n >> 2)) % slots.length];
    const fact = facts[(n * 2 + (n >> 4)) % facts.length];
    if (n % 11 === 0)
      await log.write(
        workspaceStream(n % 2 === 0 ? 'acme' : 'beta'),
        workspaceCodec,
        { type: 'MemberAdded', data: { principal: `user:${n}`, role: 'member' } },
        metadata,
      );
    else if (n % 13 === 0)
      await log.write(
        accountStream('account-1'),
        accountCodec,
        { type: 'AccountOpened', data: { name: 'One' } },
        metadata,
      );
    else if (slot !== undefined && fact !== undefined) await log.image(slot, fact, metadata);
  }
  return log;
}

/** The filter said in the simplest way. */
function matches(filter: AuditFilter, event: AuditEvent): boolean {
  const time = Date.parse(event.occurredAt);
  const data = JSON.stringify(event.data);
  const names = (workspace: string): boolean =>
    data.includes(`"target":"${workspace}"`) || data.includes(`"source":"${workspace}"`);
  return (
    (filter.workspace === undefined || event.workspace === filter.workspace) &&
    (filter.concerning === undefined || event.workspace === filter.concerning || names(filter.concerning)) &&
    (filter.image === undefined ||
      (event.image?.name === filter.image.name && event.image.resourceType === filter.image.resourceType)) &&
    (filter.stream === undefined || event.stream === filter.stream) &&
    (filter.principal === undefined || event.principal === filter.principal) &&
    (filter.types === undefined || filter.types.includes(event.type)) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time < filter.to) &&
    (filter.after === undefined || event.position > filter.after) &&
    (filter.through === undefined || event.position <= filter.through) &&
    (filter.before === undefined || event.position < filter.before)
  );
}

let log: WrittenLog;
let all: AuditEvent[];
let recorded: RecordedEvent[];
let readModel: ReadModel<AuditTables>;
let queries: AuditQueries;

async function everyPage(filter: AuditFilter, order: AuditOrder, limit: number): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const position = cursor === undefined ? undefined : parseAuditCursor(cursor);
    const page = await queries.page(filter, { order, limit, ...(position !== undefined && { cursor: position }) });
    expect(page.events.length).toBeLessThanOrEqual(limit);
    found.push(...page.events);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

describeOnEachReadModel(() => {
  beforeAll(async () => {
    log = await someLog();
    recorded = await wholeLog(log.store);
    all = recorded.map(toAuditEvent);
    readModel = await projected<AuditTables>(log.store, [auditProjection], [1, 17, 60]);
    queries = new AuditQueries(readModel.queries, log.store);
  });

  afterAll(() => readModel.close());

  describe('the audit', () => {
    const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
    const workspace = fc.constantFrom('acme', 'beta', 'gamma', 'nowhere');
    const time = fc.integer({ min: -60, max: 800 }).map((minutes) => epoch + minutes * minute);
    const position = fc.nat({ max: 250 }).map((n) => String(n).padStart(16, '0'));
    const filters = fc
      .record({
        workspace: maybe(workspace),
        concerning: maybe(workspace),
        image: maybe(fc.constantFrom(...slots.map(({ resourceType, name }) => ({ resourceType, name })))),
        stream: fc.option(fc.constantFrom('account-account-1', 'image-acme/sandbox/web', 'none'), {
          nil: undefined,
          freq: 4,
        }),
        principal: maybe(fc.constantFrom(...principals, 'user:nobody')),
        types: maybe(fc.uniqueArray(fc.constantFrom(...facts.map(({ type }) => type), 'MemberAdded', 'Unheard'))),
        from: maybe(time),
        to: maybe(time),
        after: maybe(position),
        through: maybe(position),
        before: maybe(position),
      })
      .map((given): AuditFilter =>
        Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      );

    it('finds what a look at every event finds, in order, page by page, in both directions', async () => {
      await fc.assert(
        fc.asyncProperty(
          filters,
          fc.constantFrom<AuditOrder>('ascending', 'descending'),
          fc.integer({ min: 1, max: 60 }),
          async (filter, order, limit) => {
            const expected = all.filter((event) => matches(filter, event));
            if (order === 'descending') expected.reverse();
            expect(await everyPage(filter, order, limit)).toEqual(expected);
          },
        ),
        { numRuns: 400 },
      );
    });

    it('shows an event with everything on record about it', async () => {
      const full = new WrittenLog();
      const metadata = {
        commandId: 'command-1',
        correlationId: 'correlation-1',
        causationId: 'cause-1',
        principal: 'user:alice',
        actor: 'service-account:bus',
        via: 'bus',
        occurredAt: '2026-03-01T12:00:00.123Z',
        reason: 'release 7',
      };
      await full.image(slotOf('acme/sandbox/team/web'), facts[0] ?? pushed('v1', digestOf(1), 1));
      const at = await full.image(slotOf('acme/sandbox/team/web'), pushed('v1', digestOf(1), 10), metadata);
      const model = await projected<AuditTables>(full.store, [auditProjection]);
      const page = await new AuditQueries(model.queries, full.store).page(
        { types: ['TagPushed'] },
        { order: 'ascending', limit: 5 },
      );
      const stored = (await wholeLog(full.store)).at(-1);
      expect(page).toEqual({
        events: [
          {
            ...metadata,
            position: at,
            stream: 'image-acme/sandbox/team/web',
            revision: 1n,
            id: stored?.id,
            type: 'TagPushed',
            schemaVersion: 2,
            data: { tag: 'v1', digest: digestOf(1), size: 10, platforms: [] },
            workspace: 'acme',
            image: { resourceType: 'sandbox', name: 'team/web' },
          },
        ],
      });
      await model.close();
    });

    it('indexes events of types that this release does not know', async () => {
      const { store } = new WrittenLog();
      const metadata = (recorded[0]?.metadata ?? {}) as never;
      await store.append('stream-of-tomorrow', 'no-stream', [
        { id: '6f1d7a44-9c55-4d10-9a5e-0c6f1f7f0001', type: 'FutureFact', data: { any: 'thing' }, metadata },
      ]);
      const model = await projected<AuditTables>(store, [auditProjection]);
      const page = await new AuditQueries(model.queries, store).page({}, { order: 'descending', limit: 5 });
      expect(page.events).toMatchObject([{ type: 'FutureFact', stream: 'stream-of-tomorrow', data: { any: 'thing' } }]);
      await model.close();
    });

    it('exports all events that match, with progress, and nothing that comes meanwhile', async () => {
      const long = new WrittenLog();
      for (let n = 0; n < 1_203; n++)
        await long.image(slots[n % 2] ?? slotOf('acme/job/x'), pushed('v1', digestOf(n), n));
      const head = await long.store.head();
      const model = await projected<AuditTables>(long.store, [auditProjection]);
      const messages: AuditExportMessage[] = [];
      for await (const message of new AuditQueries(model.queries, long.store).export({ workspace: 'acme' })) {
        if (messages.length === 0) await long.image(slotOf('acme/job/late'), facts[0] ?? pushed('v1', digestOf(1), 1));
        messages.push(message);
      }
      const events = messages.flatMap((message) => (message.kind === 'event' ? [message.event] : []));
      expect(events).toEqual((await wholeLog(long.store)).slice(0, 1_203).map(toAuditEvent));
      const pages = [...Array.from({ length: 12 }, (_, page) => (page + 1) * 100), 1_203];
      expect(messages.filter(({ kind }) => kind === 'progress')).toEqual(
        pages.map((exported) => ({
          kind: 'progress',
          exported,
          position: events[exported - 1]?.position,
          through: head,
        })),
      );
      await model.close();
    });

    it('exports nothing from an empty log', async () => {
      const { store } = new WrittenLog();
      const model = await projected<AuditTables>(store, [auditProjection]);
      const messages: AuditExportMessage[] = [];
      for await (const message of new AuditQueries(model.queries, store).export({})) messages.push(message);
      expect(messages).toEqual([]);
      await model.close();
    });

    it('says so when its index belongs to another store', async () => {
      const foreign = new AuditQueries(readModel.queries, new WrittenLog().store);
      await expect(foreign.page({}, { order: 'ascending', limit: 1 })).rejects.toThrow(/does not hold there; rebuild/);
    });
  });

  describe('a cursor', () => {
    it('is refused unless it was given out', () => {
      for (const text of ['', 'x', '0000000000000001', Buffer.from('other:1').toString('base64url'), 'YXVkaXQ6MQ=='])
        expect(parseAuditCursor(text)).toBeUndefined();
    });
  });
});
