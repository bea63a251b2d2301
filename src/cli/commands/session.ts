import { randomUUID } from 'node:crypto';
import { ApiClient } from '../api/api-client.js';
import type { WriteOptions } from '../api/api-client.js';
import { defaultRetryPolicy } from '../api/retry.js';
import { UsageError } from '../cli-error.js';
import { ContextStore } from '../config/contexts.js';
import type { Target } from '../config/target.js';
import { requireKey, resolveTarget } from '../config/target.js';
import { confirm } from '../input/prompt.js';
import { Printer } from '../output/printer.js';
import { packageVersion } from '../../config/version.js';
import type { World } from '../world.js';
import type { CommonOptions, WritingOptions } from './common-options.js';

const defaultTimeoutSeconds = 60;

/** A workspace to act in; `null` for the current one whatever `-w` says. */
type WorkspaceChoice = string | null | undefined;

/** What a command works with: the service, the printer, the person. */
export class Session {
  readonly printer: Printer;
  readonly contexts: ContextStore;
  /** Ties together in the log all that one invocation does. */
  private readonly correlationId = randomUUID();

  constructor(
    readonly world: World,
    readonly options: CommonOptions,
  ) {
    this.printer = new Printer(world, options.output ?? 'table', {
      color: options.color !== false,
      utc: options.utc === true,
    });
    this.contexts = ContextStore.of(world);
  }

  /** Where the command goes. */
  async target(workspace: WorkspaceChoice = this.options.workspace): Promise<Target> {
    const file = await this.contexts.read();
    const { url, context } = this.options;
    return resolveTarget({ url, context, workspace: workspace ?? undefined }, this.world.env, file);
  }

  /**
   * A client of the service, as the person who is logged in.
   *
   * @param workspace to act in, where that is not what `--workspace` says
   * @throws CliError when nobody is logged in
   */
  async api(workspace?: WorkspaceChoice): Promise<ApiClient> {
    const target = await this.target(workspace);
    return this.connect(target.baseUrl, requireKey(target), target.workspace);
  }

  /** A client of the service at an address, with a credential. */
  connect(baseUrl: string, apiKey: string, workspace: string | undefined): ApiClient {
    const { timeout, retries, verbose } = this.options;
    return new ApiClient(
      {
        baseUrl,
        apiKey,
        workspace,
        timeout: (timeout ?? defaultTimeoutSeconds) * 1_000,
        retry: { ...defaultRetryPolicy, ...(retries !== undefined && { retries }) },
        version: packageVersion(),
        correlationId: this.correlationId,
        trace:
          verbose === true
            ? (line) => {
                this.printer.note(line);
              }
            : undefined,
      },
      this.world,
    );
  }

  /** The workspace the command acts in, as far as is known here. @throws UsageError when none is */
  async requireWorkspace(): Promise<string> {
    const { workspace } = await this.target();
    if (workspace !== undefined) return workspace;
    throw new UsageError('no workspace was named', 'add --workspace NAME, or set TAGALONG_WORKSPACE');
  }

  /** True to go ahead: `--yes` was given, or the person said so. */
  async confirm(question: string, isAnswered: boolean | undefined): Promise<boolean> {
    if (isAnswered === true) return true;
    const isYes = await confirm(question, this.world);
    if (!isYes) this.printer.note('nothing was done');
    return isYes;
  }
}

/** What the options of a writing command say about the write. */
export function writing(
  { reason, idempotencyKey }: WritingOptions,
  more: Pick<WriteOptions, 'body' | 'query'> = {},
): WriteOptions {
  return { ...more, reason, idempotencyKey };
}
