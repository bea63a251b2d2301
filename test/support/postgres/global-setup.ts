import type { TestProject } from 'vitest/node';
import { EmbeddedPostgres } from './embedded-server.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL server for this test run, or why there is none. */
    readonly postgres: { readonly url: string } | { readonly missing: string };
  }
}

/** One PostgreSQL server for the whole run: that of `TAGALONG_TEST_POSTGRES`, or one of our own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TAGALONG_TEST_POSTGRES'];
  if (given !== undefined && given !== '') {
    project.provide('postgres', { url: given });
    return undefined;
  }
  try {
    const server = await EmbeddedPostgres.start();
    project.provide('postgres', { url: server.url });
    return () => server.dispose();
  } catch (error) {
    const missing = error instanceof Error ? error.message : String(error);
    process.stderr.write(`no PostgreSQL server runs here, its tests are skipped: ${missing}\n`);
    project.provide('postgres', { missing });
    return undefined;
  }
}
