import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api/api-client.js';
import { ApiError } from '../api/api-error.js';
import { ConnectionError } from '../api/connection-error.js';
import { readLines } from '../api/lines.js';
import type { ServerEvent } from '../api/server-events.js';
import { readServerEvents } from '../api/server-events.js';
import { CliError } from '../cli-error.js';
import { shortDigest } from '../output/values.js';
import { plainText } from '../output/plain-text.js';
import type { Printer } from '../output/printer.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import { parsePositive } from './common-options.js';
import type { Session } from './session.js';

interface FeedOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly limit?: number;
}

const eventSchema = z.looseObject({
  position: z.string().optional(),
  type: z.string().optional(),
  workspace: z.string().optional(),
  resourceType: z.string().optional(),
  name: z.string().optional(),
  sourceWorkspace: z.string().optional(),
  targetWorkspace: z.string().optional(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  occurredAt: z.string().optional(),
  principal: z.string().optional(),
  kind: z.string().optional(),
  deployment: z.string().optional(),
  reason: z.string().optional(),
});

type FeedEvent = z.infer<typeof eventSchema>;

/** Milliseconds before a broken connection is taken up again, unless the service says otherwise. */
const firstPause = 500;
const longestPause = 30_000;

/** `feed` */
export function addFeed(program: Command, world: World): void {
  const feed = addCommand(program, {
    name: 'feed',
    summary: 'show what changes in the catalog of a workspace',
    description:
      'Shows what changed in the catalog of the workspace, tags pushed to images shared with it included: everything so far, or, ' +
      'with --follow, what happens from now on, until interrupted. After a broken connection it goes on where it was, without ' +
      'gaps and repetitions.',
    examples: ['feed --follow', 'feed --since start --follow', 'feed --follow -w production -o json | jq .type'],
  })
    .option('-f, --follow', 'go on with what happens')
    .option('--since <position>', 'begin after this position; start for everything')
    .option('--limit <number>', 'end after so many events', parsePositive);
  feed.action(
    inSession(feed, 'reading', world, async (session, options: FeedOptions) => {
      const reader = new FeedReader(session, await session.api(), options);
      await reader.run();
    }),
  );
}

class FeedReader {
  private lastId: string | undefined;
  private basePause = firstPause;
  private pause = firstPause;
  private shown = 0;
  private isDone = false;

  constructor(
    private readonly session: Session,
    private readonly api: ApiClient,
    private readonly options: FeedOptions,
  ) {}

  async run(): Promise<void> {
    const { world, printer } = this.session;
    const interruption = world.interruption();
    for (;;) {
      await this.readOnce();
      if (this.isDone) return;
      printer.note(`the feed broke off; going on${this.lastId === undefined ? '' : ` after ${this.lastId}`}`);
      await world.sleep(this.pause, interruption);
      this.pause = Math.min(longestPause, this.pause * 2);
    }
  }

  /** One connection, until it ends or everything wanted was shown. */
  private async readOnce(): Promise<void> {
    try {
      for await (const event of this.connect()) {
        this.pause = this.basePause;
        if (event.type === 'caught-up') this.isDone = this.options.follow !== true;
        else this.show(event);
        if (this.isDone) return;
      }
    } catch (error) {
      this.session.world.interruption().throwIfAborted();
      if (!isBreak(error)) throw error;
    }
  }

  private async *connect(): AsyncGenerator<ServerEvent> {
    const { since, follow } = this.options;
    const response = await this.api.stream('GET', '/feed', {
      accept: 'text/event-stream',
      query: { since: this.lastId === undefined ? (since ?? (follow === true ? undefined : 'start')) : undefined },
      headers: this.lastId === undefined ? {} : { 'last-event-id': this.lastId },
    });
    const kind = response.headers.get('content-type') ?? '';
    if (!kind.startsWith('text/event-stream') || response.body === null) {
      throw new CliError(`the service answered ${kind === '' ? 'nothing' : kind} instead of a feed`);
    }
    const bytes: AsyncIterable<Uint8Array> = response.body;
    yield* readServerEvents(readLines(bytes), {
      onId: (id) => {
        this.lastId = id;
      },
      onRetry: (milliseconds) => {
        this.basePause = Math.min(longestPause, milliseconds);
        this.pause = Math.max(this.pause, this.basePause);
      },
    });
  }

  private show({ type, data, id }: ServerEvent): void {
    const { printer } = this.session;
    const parsed = eventSchema.safeParse(JSON.parse(data));
    if (!parsed.success) throw new CliError(`the feed sent an event of an unexpected form at ${id ?? 'its beginning'}`);
    const event: FeedEvent = { ...parsed.data, type: parsed.data.type ?? type };
    printer.item(event, () => describe(event, printer));
    this.shown++;
    if (this.shown === this.options.limit) this.isDone = true;
  }
}

/** True for faults that the next connection may not meet. `fetch` reports a broken body as a TypeError. */
function isBreak(error: unknown): boolean {
  if (error instanceof ConnectionError) return !error.isPermanent;
  if (error instanceof ApiError) return error.status === 429 || error.status >= 500;
  return error instanceof TypeError;
}

function describe(event: FeedEvent, { colors, time }: Printer): string {
  const { type, resourceType, name, tag, digest, kind, deployment, principal, occurredAt, reason } = event;
  const image = [resourceType ?? '', '/', name ?? '', tag === undefined ? '' : `:${tag}`].join('');
  const parts = [
    colors.dim(time(occurredAt) ?? ''),
    colors.bold(plainText(type ?? '').padEnd(19)),
    plainText(name === undefined ? '' : image),
    colors.cyan(plainText(arrow(event))),
    deployment === undefined ? '' : plainText(`as ${kind ?? ''}/${deployment}`),
    digest === undefined ? '' : shortDigest(digest),
    reason === undefined ? '' : plainText(`(${reason})`),
    principal === undefined ? '' : colors.dim(plainText(principal)),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** Which way an image goes: from the workspace that owns it, or to the one it is shared with. */
function arrow({ sourceWorkspace, targetWorkspace }: FeedEvent): string {
  if (sourceWorkspace !== undefined) return `← ${sourceWorkspace}`;
  return targetWorkspace === undefined ? '' : `→ ${targetWorkspace}`;
}
