import { afterAll, beforeAll, expect, it } from 'vitest';
import { natsServerIsInstalled } from '../../support/cluster/nats-server.js';
import { scenarios } from '../../support/cluster/scenarios.js';
import { Trial } from '../../support/cluster/trial.js';
import { describePostgres } from '../../support/postgres/postgres-site.js';

describePostgres('three nodes over one event store and one PostgreSQL, under load', () => {
  let trial: Trial;

  beforeAll(async () => {
    trial = await Trial.start({ nodes: 3, clients: 5, calmMs: 250 });
  });

  afterAll(() => trial.stop());

  for (const scenario of scenarios) {
    it.skipIf(scenario.needsBroker === true && !natsServerIsInstalled)(
      `lose nothing and do nothing twice when ${scenario.name}`,
      async () => {
        const before = trial.senders.tally.accepted;
        const tookOver = await trial.try(scenario);
        process.stdout.write(`${scenario.name}: visible through the others after ${Math.round(tookOver)} ms\n`);
        expect(trial.faults).toEqual([]);
        expect(trial.senders.tally.accepted).toBeGreaterThan(before);
      },
    );
  }
});
