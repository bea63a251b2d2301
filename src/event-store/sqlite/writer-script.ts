import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';

/** What a worker thread is started with. */
interface Script {
  readonly code: string | URL;
  readonly options: WorkerOptions;
}

let fromSources: Script | undefined;

/** The writer thread's code: the compiled file beside this one or, when this one runs from the sources, a bundle made on the spot. */
export function writerScript(): Script {
  if (!import.meta.url.endsWith('.ts')) {
    return { code: new URL('./writer.worker.js', import.meta.url), options: {} };
  }
  return (fromSources ??= { code: bundle('./writer.worker.ts'), options: { eval: true, execArgv: [] } });
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
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    packages: 'external',
  });
  const resolveFromHere = `const require = globalThis.require('node:module').createRequire(${JSON.stringify(import.meta.url)});`;
  return `(() => {${resolveFromHere}${outputFiles[0]?.text ?? ''}\n})()`;
}
