import type { Operation } from './api-document.js';
import type { Contract } from './contract.js';
import type { Call, Example, Recorder } from './recorder.js';

/** A key of somebody who is known and may enter nothing that the story is about. */
export interface Strangers {
  readonly outsiderKey: string;
  /** The operator's command ids that had an effect, one on an account's stream and one on a slot's. */
  readonly usedIds: { readonly account: string; readonly slot: string };
}

/** For routes that look for the thing first: what the story has left. */
const stillThere: ReadonlyMap<string, Example> = new Map([
  [
    'DELETE /v0/deployments/{kind}/{deploymentName}',
    { method: 'DELETE', path: '/v0/deployments/job/etl', call: { workspace: 'build' } },
  ],
  ['DELETE /v0/workspaces/{workspaceName}', { method: 'DELETE', path: '/v0/workspaces/far', call: {} }],
]);

/**
 * Takes a call of each of these routes that went well and spoils it: without a credential, by a stranger, about a
 * workspace that is not there, with an id of another command, with too much in its body or something else than JSON.
 */
export async function refusalsStory(
  recorder: Recorder,
  contract: Contract,
  strangers: Strangers,
  routes: Iterable<string>,
): Promise<void> {
  for (const route of routes) {
    const operation = contract.operations.get(route);
    const example = stillThere.get(route) ?? recorder.examples.get(route);
    if (operation !== undefined && example !== undefined) await spoil(recorder, operation, example, strangers);
  }
}

async function spoil(
  recorder: Recorder,
  { requestBody, responses, parameters }: Operation,
  { method, path, call }: Example,
  { outsiderKey, usedIds }: Strangers,
): Promise<void> {
  const attempt = (status: number, change: Call) => recorder.expect(status, method, path, { ...call, ...change });
  const headers = (more: Readonly<Record<string, string>>): Call => ({ headers: { ...call.headers, ...more } });

  await attempt(400, headers({ 'blaxel-version': '1999-12-31' }));
  if ('401' in responses) await attempt(401, { key: null });
  if ('403' in responses) await attempt(403, { key: outsiderKey });
  if (requestBody !== undefined) {
    await attempt(415, headers({ 'content-type': 'application/xml' }));
    await attempt(413, { body: { filler: 'x'.repeat(1_100_000) } });
    await attempt(400, { body: { surprise: true } });
  }
  const taken = new Set(parameters.map(({ name }) => name));
  if (taken.has('X-Blaxel-Workspace')) {
    // An example that names its workspace in the query must not name two.
    const elsewhere = path.replace(/([?&])workspace=[^&]*&?/, '$1').replace(/[?&]$/, '');
    const inPlace = (status: number, workspace: string) =>
      recorder.expect(status, method, elsewhere, { ...call, workspace });
    await inPlace(404, 'nowhere');
    await inPlace(400, 'NOT A NAME');
  }
  if (taken.has('Idempotency-Key')) {
    await attempt(400, headers({ 'idempotency-key': 'not an id' }));
    await attempt(400, headers({ 'x-tagalong-reason': '%' }));
  }
  if (responses['409']?.description.includes('command-id-reused') === true) {
    const used = path.startsWith('/v0/accounts') ? usedIds.slot : usedIds.account;
    await attempt(409, headers({ 'idempotency-key': used }));
  }
}
