import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';

/** What a worker thread is started with. */
interface Script {
  readonly code: string | URL;
  readonly options: WorkerOptions;
}

const bundles = new Map<string, string>();

/**
 * The code of a worker thread: a compiled file or, when the service runs from its sources, a bundle made on the spot.
 *
 * @param compiled URL of the compiled file, ending in `.js`, as seen from the module that starts the thread
 */
export function workerScript(compiled: URL): Script {
  if (!import.meta.url.endsWith('.ts')) return { code: compiled, options: {} };
  const source = fileURLToPath(compiled).replace(/\.js$/, '.ts');
  const code = bundles.get(source) ?? bundle(source);
  bundles.set(source, code);
  return { code, options: { eval: true, execArgv: [] } };
}

/** The part of esbuild that is used here. */
interface Bundler {
  buildSync(options: object): { readonly outputFiles: readonly { readonly text: string }[] };
}

/**
 * A worker thread does not inherit the loader that reads TypeScript, and giving it one of its own
 * takes half a second a thread; bundling takes a few milliseconds, once.
 */
function bundle(entry: string): string {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('tsx'))('esbuild') as Bundler;
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    packages: 'external',
  });
  const resolveFromHere = `const require = globalThis.require('node:module').createRequire(${JSON.stringify(pathToFileURL(entry).href)});`;
  return `(() => {${resolveFromHere}${outputFiles[0]?.text ?? ''}\n})()`;
}
