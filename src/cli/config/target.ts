import { CliError, UsageError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { World } from '../world.js';
import { defaultUrl, normalizeBaseUrl } from './base-url.js';
import type { Context, ContextFile } from './contexts.js';

/** What the options of a command say about where it goes. */
export interface TargetOptions {
  readonly url?: string | undefined;
  readonly context?: string | undefined;
  readonly workspace?: string | undefined;
}

/** Where a command goes, and as whom. */
export interface Target {
  readonly baseUrl: string;
  readonly workspace: string | undefined;
  readonly apiKey: string | undefined;
  /** Why there is no credential, when one is at hand for another address. */
  readonly withheld: string | undefined;
}

/**
 * Puts together options, environment and context. The nearest wins: options, then `TAGALONG_…`, then the current
 * context, then `BL_…`; a context that was named with `--context` stands before the environment. A credential goes only to
 * the address it was given for.
 *
 * @throws UsageError
 */
export function resolveTarget(options: TargetOptions, env: World['env'], file: ContextFile): Target {
  const context = chosenContext(options, file);
  const isNamed = options.context !== undefined;
  const own = {
    url: set(env['TAGALONG_URL']),
    key: set(env['TAGALONG_API_KEY']),
    workspace: set(env['TAGALONG_WORKSPACE']),
  };
  const fallback = { url: set(env['BL_API_URL']), key: set(env['BL_API_KEY']), workspace: set(env['BL_WORKSPACE']) };
  const contextUrl = context && normalizeBaseUrl(context.url, 'the context');
  const fallbackUrl = fallback.url === undefined ? undefined : normalizeBaseUrl(fallback.url, 'BL_API_URL');

  const byOption = options.url === undefined ? undefined : normalizeBaseUrl(options.url, '--url');
  const byVariable = own.url === undefined ? undefined : normalizeBaseUrl(own.url, 'TAGALONG_URL');
  const baseUrl =
    byOption ?? (isNamed ? (contextUrl ?? byVariable) : (byVariable ?? contextUrl)) ?? fallbackUrl ?? defaultUrl;

  const isContextHere = context !== undefined && contextUrl === baseUrl;
  const contextKey = isContextHere ? context.apiKey : undefined;
  const contextWorkspace = isContextHere ? context.workspace : undefined;
  const isFallbackHere = fallbackUrl === baseUrl;
  const apiKey =
    (isNamed ? (contextKey ?? own.key) : (own.key ?? contextKey)) ?? (isFallbackHere ? fallback.key : undefined);
  const workspace =
    options.workspace ??
    (isNamed ? (contextWorkspace ?? own.workspace) : (own.workspace ?? contextWorkspace)) ??
    (isFallbackHere ? fallback.workspace : undefined);
  return {
    baseUrl,
    workspace,
    apiKey,
    withheld: apiKey === undefined ? withheldReason(contextUrl, fallback) : undefined,
  };
}

/** @throws CliError when there is no credential */
export function requireKey({ apiKey, baseUrl, withheld }: Target): string {
  if (apiKey !== undefined) return apiKey;
  throw new CliError(
    `no API key for ${baseUrl}${withheld === undefined ? '' : ` (${withheld})`}`,
    exitCodes.forbidden,
    'log in with `tagalong login`, or set TAGALONG_API_KEY',
  );
}

function chosenContext(options: TargetOptions, file: ContextFile): Context | undefined {
  if (options.context === undefined) return file.current === undefined ? undefined : file.contexts[file.current];
  const named = file.contexts[options.context];
  if (named !== undefined) return named;
  const names = Object.keys(file.contexts);
  throw new UsageError(
    `there is no context ${options.context}`,
    names.length === 0 ? 'log in with `tagalong login`' : `there is: ${names.join(', ')}`,
  );
}

function withheldReason(
  contextUrl: string | undefined,
  fallback: { readonly url: string | undefined; readonly key: string | undefined },
): string | undefined {
  if (contextUrl !== undefined) return `the one of the current context is for ${contextUrl}`;
  if (fallback.key !== undefined)
    return `BL_API_KEY is for ${fallback.url ?? 'the address in BL_API_URL, which is not set'}`;
  return undefined;
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
