import { eventually } from '../eventually.js';
import type { StartedService } from '../service.js';

interface Readiness {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly ready: boolean; readonly detail?: string }[];
}

/** What a service says of itself. */
export async function readinessOf({ url }: Pick<StartedService, 'url'>): Promise<Readiness> {
  const response = await fetch(`${url}/health/ready`);
  return (await response.json()) as Readiness;
}

/** Resolves once a service is ready, and connected to its broker when it has one. */
export async function brokerReady(service: Pick<StartedService, 'url'>): Promise<void> {
  await eventually('a service with its broker', async () => {
    const { checks } = await readinessOf(service);
    return checks.every(({ ready }) => ready) ? true : undefined;
  });
}
