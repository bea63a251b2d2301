import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = new URL('../../../', import.meta.url);

const manifest = z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) });
const entry = manifest.extend({ resolved: z.string().optional() });
const lockfile = z.object({ packages: z.record(z.string(), entry) });

const { packages } = lockfile.parse(json('package-lock.json'));

describe('the lockfile', () => {
  it('locks every optional build that an installed package offers, so that npm ci serves other platforms too', () => {
    const installed = Object.keys(packages).filter(
      (path) => path !== '' && existsSync(new URL(`${path}/package.json`, root)),
    );
    expect(installed).toContain('node_modules/@swc/core');
    const left = installed.flatMap((path) =>
      Object.keys(manifest.parse(json(`${path}/package.json`)).optionalDependencies)
        .filter((name) => !isLocked(path, name))
        .map((name) => `${path} offers ${name}`),
    );
    expect(left).toEqual([]);
  });

  it('names no registry, so that each machine uses its own', () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });
});

/** A package finds a dependency in its own `node_modules` or in any above it. */
function isLocked(path: string, name: string): boolean {
  const folders = path
    .split('/node_modules/')
    .map((_, depth, parts) => parts.slice(0, depth + 1).join('/node_modules/'));
  return ['', ...folders.map((folder) => `${folder}/`)].some(
    (folder) => packages[`${folder}node_modules/${name}`] !== undefined,
  );
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}
