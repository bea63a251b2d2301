import { parseResourceType } from '../../vocabulary/names.js';
import type { ResourceType } from '../../vocabulary/names.js';

/** The last deployment of a page: the next one begins after it. */
export interface DeploymentCursor {
  readonly kind: ResourceType;
  readonly name: string;
}

const prefix = 'deployment:';

/** The opaque form given to clients. */
export function writeDeploymentCursor({ kind, name }: DeploymentCursor): string {
  return Buffer.from(`${prefix}${kind}/${name}`).toString('base64url');
}

/** The cursor a client sent back; `undefined` for a text that was never given out. */
export function parseDeploymentCursor(text: string): DeploymentCursor | undefined {
  const plain = Buffer.from(text, 'base64url').toString();
  if (!plain.startsWith(prefix)) return undefined;
  const [kindText = '', name = ''] = plain.slice(prefix.length).split('/', 2);
  const kind = parseResourceType(kindText);
  if (kind === undefined || name === '') return undefined;
  return writeDeploymentCursor({ kind, name }) === text ? { kind, name } : undefined;
}
