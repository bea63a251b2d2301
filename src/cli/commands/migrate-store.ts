import type { Command } from 'commander';
import { Option } from 'commander';
import type { migrateStore } from '../../composition/migrate-store.js';
import { UsageError } from '../cli-error.js';
import { Progress } from '../output/progress.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import type { Session } from './session.js';

type Message = ReturnType<typeof migrateStore> extends AsyncIterable<infer M> ? M : never;
type ProgressMessage = Extract<Message, { kind: 'progress' }>;

interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly fromPrefix?: string;
  readonly toPrefix?: string;
  readonly quiet?: boolean;
}

/** So often, where there is no terminal to show progress on, a line tells of it. */
const noteMs = 10_000;

/** `migrate-store` */
export function addMigrateStore(program: Command, world: World): void {
  const command = addCommand(program, {
    name: 'migrate-store',
    summary: 'copy every event from one event store to another',
    description:
      'Copies every event with its id, order, time and metadata from one event store to another, and compares both in the end, ' +
      'event by event. A store is a data directory or the connection string of an EventStoreDB or KurrentDB. No service may run ' +
      'on either. A copy that was broken off is taken up again by the same command; a target that holds anything else is refused.',
    examples: [
      'migrate-store --from ./data --to esdb://admin:changeit@eventstore.example.com:2113',
      "migrate-store --from 'esdb://127.0.0.1:2113?tls=false' --from-prefix team/ --to ./restored",
      'migrate-store --from ./data --to ./copy --quiet -o json',
    ],
  })
    .addOption(
      new Option('--from <store>', 'data directory or connection string to copy from')
        .env('TAGALONG_MIGRATE_FROM')
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--to <store>', 'data directory or connection string to copy to')
        .env('TAGALONG_MIGRATE_TO')
        .makeOptionMandatory(),
    )
    .option('--from-prefix <text>', 'what the names of all streams to copy begin with, on a server')
    .option('--to-prefix <text>', 'what to put before the names of all streams, on a server')
    .option('-q, --quiet', 'show no progress');
  command.action(inSession(command, 'local', world, migrate));
}

async function migrate(session: Session, options: MigrateOptions): Promise<void> {
  // Only here are stores opened; every other command starts faster without them.
  const { migrateStore: run, isServer } = await import('../../composition/migrate-store.js');
  const { from, to, fromPrefix, toPrefix, quiet = false } = options;
  requireServer('--from-prefix', fromPrefix, isServer(from));
  requireServer('--to-prefix', toPrefix, isServer(to));
  const { printer, world } = session;
  const signal = world.interruption();
  const shown = new ShownProgress(world, quiet, (text) => {
    printer.note(text);
  });
  try {
    for await (const message of run({ place: from, prefix: fromPrefix }, { place: to, prefix: toPrefix }, signal)) {
      switch (message.kind) {
        case 'progress':
          shown.tell(message);
          break;
        case 'result': {
          shown.clear();
          const { events, copied, seconds, perSecond, digests } = message;
          printer.done({ events, copied, seconds, perSecond, digests }, describe(message));
        }
      }
    }
  } catch (fault) {
    shown.clear();
    if (signal.aborted && !quiet) {
      printer.note('The target holds the beginning of the source. Run the same command again to go on from there.');
    }
    throw fault;
  } finally {
    shown.clear();
  }
}

function requireServer(option: string, prefix: string | undefined, server: boolean): void {
  if (prefix === undefined || server) return;
  throw new UsageError(`${option} is for a server; the streams of a data directory have no prefix`);
}

class ShownProgress {
  readonly #line: Progress;
  #noted = performance.now();

  constructor(
    private readonly world: World,
    private readonly quiet: boolean,
    private readonly note: (text: string) => void,
  ) {
    this.#line = new Progress(world.stderr);
  }

  tell(message: ProgressMessage): void {
    if (this.quiet) return;
    const { phase, events, perSecond, share, secondsLeft } = message;
    const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
    const label = `${phase} (${perSecond} events/s${left})`;
    const total = share === undefined || share === 0 ? undefined : Math.round(events / share);
    if (this.world.stderr.isTTY === true) {
      this.#line.show(label, events, total);
      return;
    }
    if (performance.now() - this.#noted < noteMs) return;
    this.#noted = performance.now();
    const percent = share === undefined ? '' : `, ${Math.floor(share * 100)} %`;
    this.note(`${label}: ${events} events${percent}`);
  }

  clear(): void {
    this.#line.clear();
  }
}

function describe({ events, copied, seconds, perSecond, digests }: Extract<Message, { kind: 'result' }>): string {
  return [
    `copied ${copied} events (${perSecond} events/s); both stores hold the same ${events} events, compared one by one in ${duration(seconds)} altogether`,
    `source: sha256 ${digests.source}`,
    `target: sha256 ${digests.target}`,
  ].join('\n');
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6_000) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}
