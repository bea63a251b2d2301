import type { Command } from 'commander';
import type { Query } from '../api/api-client.js';
import { imageLabel, parseWholeImage } from '../input/image-reference.js';

/** Which events; every condition given must hold. */
export interface AuditFilterOptions {
  readonly image?: string;
  readonly principal?: string;
  readonly kind?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
}

export function addAuditFilters(command: Command): Command {
  return command
    .option('--image <image>', 'only events of this image, TYPE/NAME')
    .option('--principal <name>', 'only what was done by this user:SUB or service-account:ID')
    .option('--kind <type>', 'only events of this type, such as TagPushed (repeat, or separate by commas)', addKinds)
    .option('--from <time>', 'only events from this time on (RFC 3339)')
    .option('--to <time>', 'only events before this time (RFC 3339)')
    .option('--after <position>', 'only events after this position');
}

/** The filters as the API takes them. @throws UsageError */
export function auditQuery({ image, principal, kind, from, to, after }: AuditFilterOptions): Query {
  return {
    image: image === undefined ? undefined : imageLabel(parseWholeImage(image, 'events are found by the whole image')),
    principal,
    kind: kind?.join(','),
    from,
    to,
    after,
  };
}

function addKinds(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...text.split(',').map((kind) => kind.trim())];
}
