import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { accessRuleKey } from '../src/http/access.decorator.js';
import type { AccessRule } from '../src/http/access-rule.js';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** A route as its controller declares it. */
export interface DeclaredRoute {
  /** In capitals. */
  readonly method: string;
  /** For example `/v0/images/{resourceType}/{imageName}`. */
  readonly path: string;
  /** Absent when the controller forgot to say who may call it. */
  readonly access?: AccessRule;
}

/** Every route of every `*.controller.ts`, by path and method. */
export async function declaredRoutes(): Promise<readonly DeclaredRoute[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.controller.ts'),
  );
  const routes: DeclaredRoute[] = [];
  for (const file of files) {
    const exported: unknown = await import(pathToFileURL(join(source, file)).href);
    if (typeof exported !== 'object' || exported === null) continue;
    for (const candidate of Object.values(exported)) if (isController(candidate)) routes.push(...routesOf(candidate));
  }
  return routes.sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

type Controller = new (...parts: never[]) => object;

function isController(value: unknown): value is Controller {
  return typeof value === 'function' && Reflect.hasMetadata(PATH_METADATA, value);
}

function routesOf(controller: Controller): DeclaredRoute[] {
  const prefixes = paths(Reflect.getMetadata(PATH_METADATA, controller));
  const handlers = Object.getOwnPropertyNames(controller.prototype).map(
    (name): unknown => Object.getOwnPropertyDescriptor(controller.prototype, name)?.value,
  );
  return handlers.flatMap((handler) => {
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    const access = Reflect.getMetadata(accessRuleKey, handler) as AccessRule | undefined;
    return prefixes.flatMap((prefix) =>
      paths(Reflect.getMetadata(PATH_METADATA, handler)).map((path) => ({
        method: RequestMethod[Number(method)] ?? String(method),
        path: joined(prefix, path),
        ...(access !== undefined && { access }),
      })),
    );
  });
}

function paths(metadata: unknown): readonly string[] {
  return Array.isArray(metadata) ? metadata.map(String) : [String(metadata)];
}

function joined(...parts: readonly string[]): string {
  const path = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
  return `/${path.map((part) => part.replace(/^:(.*)$/, '{$1}')).join('/')}`;
}
