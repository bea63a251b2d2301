import { z } from 'zod';
import { imageNameField, resourceTypeField, timeField, workspaceNameField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import { toByteHours } from './storage.report.js';
import type { ImageStorage, WorkspaceStorage } from './storage.report.js';

const exactField = z
  .union([z.int().min(0), z.string().regex(/^\d+$/)])
  .describe('Bytes. What a number cannot hold exactly is text.');

const storageFigures = {
  bytesNow: exactField.describe('Bytes stored now. What a number cannot hold exactly is text.'),
  billedBytes: exactField.describe('Of those, what is paid for here: all of it.'),
  byteHours: z.number().min(0).describe('Within the period; the nearest number to the exact figure.'),
  byteMilliseconds: z.string().regex(/^\d+$/).describe('The exact figure within the period, as text.'),
};

const imageStorage = z
  .strictObject({ resourceType: resourceTypeField, name: imageNameField, ...storageFigures })
  .meta({ id: 'ImageStorage' });

const sharedStorage = z
  .strictObject({
    resourceType: resourceTypeField,
    name: imageNameField,
    sourceWorkspace: workspaceNameField,
    since: timeField,
    sharedBytes: exactField.describe("What the image's tags hold now in the workspace that owns it."),
    billedBytes: z.literal(0),
  })
  .meta({ id: 'SharedStorage', description: 'An image that another workspace owns and pays for.' });

const storagePoint = z.strictObject({ at: timeField, bytes: exactField }).meta({ id: 'StoragePoint' });

const workspaceStorage = z
  .strictObject({
    workspace: workspaceNameField,
    ...storageFigures,
    images: z
      .array(imageStorage)
      .describe('A digest that several images hold is counted once, under the one that has held it longest.'),
    shared: z.array(sharedStorage),
    series: z.array(storagePoint).describe('When a step was asked for.').exactOptional(),
  })
  .meta({
    id: 'WorkspaceStorage',
    description: 'What one workspace stores and pays for; the figures of its images add up to its own.',
  });

/** What is stored within a period. */
export const storageBillSchema = z
  .strictObject({
    from: timeField.describe('Included.'),
    to: timeField.describe('Not included.'),
    workspaces: z.array(workspaceStorage).describe('By name.'),
  })
  .meta({ id: 'StorageBill', description: 'What is stored, and what it comes to within a period.' });

/** The bill of one workspace as JSON. */
export function workspaceStorageJson(bill: WorkspaceStorage): ShapeOf<typeof workspaceStorage> {
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
