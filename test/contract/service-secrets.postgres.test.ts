import { PostgresSite, describePostgres } from '../support/postgres/postgres-site.js';
import { describeServiceSecretsContract } from './service-secrets.contract.js';

describePostgres('PostgreSQL', () => {
  describeServiceSecretsContract('a table', async () => {
    const site = new PostgresSite();
    const opened = await Promise.all([site.open(), site.open(), site.open()]);
    const open = async () => {
      const readModel = await site.open();
      opened.push(readModel);
      return readModel.secrets;
    };
    const [first, ...others] = opened.map(({ secrets }) => secrets);
    if (first === undefined) throw new Error('there is no node');
    return {
      nodes: [first, ...others],
      again: open,
      async dispose() {
        for (const readModel of opened) await readModel.close();
        await site.dispose();
      },
    };
  });
});
