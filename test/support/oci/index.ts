/** Small, real images on disk, for tests and demonstrations. */
export type { Blob } from './blobs.js';
export { describe as describeBlob, digestOf, makeBlob } from './blobs.js';
export type { TaggedImage } from './docker-archive.js';
export {
  classicArchiveEntries,
  layoutArchiveEntries,
  writeClassicArchive,
  writeLayoutArchive,
} from './docker-archive.js';
export type { BuiltImage, BuiltManifest, ImagePlan } from './images.js';
export { buildImage, buildIndex } from './images.js';
export type { NamedImage } from './layout.js';
export { blobFile, layoutFiles, writeOciLayout } from './layout.js';
export type { TarEntry } from './tar.js';
export { tarHeader, tarOf, tarOfEntries, writeTar } from './tar.js';
