import { isWorkspaceName } from '../../vocabulary/names.js';

const workspacePrefix = 'workspace-';
const accountPrefix = 'account-';
const accountIdPattern = /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/;

/** 1–63 characters of `a-z`, `A-Z`, `0-9` and inner `-` and `_`. */
export function isAccountId(text: string): boolean {
  return text.length <= 63 && accountIdPattern.test(text);
}

/** The stream that holds the events of a workspace. */
export function workspaceStream(workspace: string): string {
  return `${workspacePrefix}${workspace}`;
}

/** The workspace a stream belongs to; `undefined` for a stream of another kind. */
export function parseWorkspaceStream(stream: string): string | undefined {
  if (!stream.startsWith(workspacePrefix)) return undefined;
  const workspace = stream.slice(workspacePrefix.length);
  return isWorkspaceName(workspace) ? workspace : undefined;
}

/** The stream that holds the events of an account. */
export function accountStream(accountId: string): string {
  return `${accountPrefix}${accountId}`;
}

/** The account a stream belongs to; `undefined` for a stream of another kind. */
export function parseAccountStream(stream: string): string | undefined {
  if (!stream.startsWith(accountPrefix)) return undefined;
  const accountId = stream.slice(accountPrefix.length);
  return isAccountId(accountId) ? accountId : undefined;
}
