import type { WorkspaceStorageDto } from './billing.dto.js';
import { toByteHours } from './storage.report.js';
import type { ImageStorage, WorkspaceStorage } from './storage.report.js';

/** The bill of one workspace as JSON. */
export function workspaceStorageJson(bill: WorkspaceStorage): WorkspaceStorageDto {
  const { workspace, images, shared, series } = bill;
  return {
    workspace,
    ...figures(bill),
    images: images.map(({ resourceType, name, ...image }) => ({ resourceType, name, ...figures(image) })),
    shared: shared.map(({ resourceType, name, sourceWorkspace, since, sharedBytes }) => ({
      resourceType,
      name,
      sourceWorkspace,
      since: timeText(since),
      sharedBytes: exact(sharedBytes),
      billedBytes: 0,
    })),
    ...(series !== undefined && { series: series.map(({ at, bytes }) => ({ at: timeText(at), bytes: exact(bytes) })) }),
  };
}

export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function figures({ bytesNow, byteMilliseconds }: Pick<ImageStorage, 'bytesNow' | 'byteMilliseconds'>) {
  return {
    bytesNow: exact(bytesNow),
    billedBytes: exact(bytesNow),
    byteHours: toByteHours(byteMilliseconds),
    byteMilliseconds: byteMilliseconds.toString(),
  };
}

/** A number where it is exact, else text. */
function exact(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
