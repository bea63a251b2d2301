import { isWorkspaceName } from '../../vocabulary/names.js';

/** How the names of the streams of workspaces begin. */
export const workspaceCategory = 'workspace-';

/** How the names of the streams of accounts begin. */
export const accountCategory = 'account-';

const accountIdPattern = /^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$/;

/** 1–63 characters of `a-z`, `A-Z`, `0-9` and inner `-` and `_`. */
export function isAccountId(text: string): boolean {
  return text.length <= 63 && accountIdPattern.test(text);
}

/** The stream that holds the events of a workspace. */
export function workspaceStream(workspace: string): string {
  return `${workspaceCategory}${workspace}`;
}

/** The workspace a stream belongs to; `undefined` for a stream of another kind. */
export function parseWorkspaceStream(stream: string): string | undefined {
  if (!stream.startsWith(workspaceCategory)) return undefined;
  const workspace = stream.slice(workspaceCategory.length);
  return isWorkspaceName(workspace) ? workspace : undefined;
}

/** The stream that holds the events of an account. */
export function accountStream(accountId: string): string {
  return `${accountCategory}${accountId}`;
}

/** The account a stream belongs to; `undefined` for a stream of another kind. */
export function parseAccountStream(stream: string): string | undefined {
  if (!stream.startsWith(accountCategory)) return undefined;
  const accountId = stream.slice(accountCategory.length);
  return isAccountId(accountId) ? accountId : undefined;
}
