import { FileServiceSecrets } from '../../src/service-secrets/file.service-secrets.js';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { describeServiceSecretsContract } from './service-secrets.contract.js';

describeServiceSecretsContract('files', async () => {
  const directory = await temporaryDirectory();
  return {
    nodes: [new FileServiceSecrets(directory.path)],
    again: () => Promise.resolve(new FileServiceSecrets(directory.path)),
    dispose: () => directory.remove(),
  };
});
