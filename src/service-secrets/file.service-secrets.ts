import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PrivateFileError, draftOf, draftPrivateFile, readPrivateFile, writePrivateFile } from './private-file.js';
import { shortestSecrets } from './service-secrets.js';
import type { SecretName, ServiceSecrets } from './service-secrets.js';

interface SecretFile {
  readonly file: string;
  readonly what: string;
  readonly afresh: string;
}

const files: Readonly<Record<SecretName, SecretFile>> = {
  'operator-key': {
    file: 'operator.key',
    what: 'the operator key',
    afresh: 'delete it and start again for a new key',
  },
  'service-secret': {
    file: 'service.secret',
    what: 'the secret of the service',
    afresh:
      'put it back from a backup, or delete it and start again for a new one: every webhook then has another secret',
  },
};

/** Keeps each secret in a file of the data directory, which only its owner may open. One process uses a directory. */
export class FileServiceSecrets implements ServiceSecrets {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly directory: string) {}

  /** The file that holds the secret, once it is there. */
  path(name: SecretName): string {
    return join(this.directory, files[name].file);
  }

  /** @throws PrivateFileError when the file is open to others, or does not hold a secret */
  async find(name: SecretName): Promise<string | undefined> {
    const path = this.path(name);
    const { what, afresh } = files[name];
    const shortest = shortestSecrets[name];
    const kept = await readPrivateFile(path, what);
    if (kept !== undefined && (kept.length < shortest || /\s/.test(kept))) {
      throw new PrivateFileError(
        `${path} does not hold ${what}: one line of at least ${shortest} characters; ${afresh}`,
      );
    }
    return kept;
  }

  settle(name: SecretName, proposed: string): Promise<string> {
    const settled = this.#turn.then(async () => {
      const kept = await this.find(name);
      if (kept !== undefined) return kept;
      await mkdir(this.directory, { recursive: true });
      await writePrivateFile(this.path(name), proposed);
      return proposed;
    });
    this.#turn = settled.catch(() => undefined);
    return settled;
  }

  /**
   * A proposal that a start which died has left behind, or else the new one, written beside the file: whoever has
   * proposed it elsewhere finds it again.
   */
  async draft(name: SecretName, form: RegExp, proposed: string): Promise<string> {
    const left = await this.#leftDraft(name);
    if (left !== undefined && form.test(left)) return left;
    await mkdir(this.directory, { recursive: true });
    await draftPrivateFile(this.path(name), proposed);
    return proposed;
  }

  /** The draft becomes the secret that is kept. */
  async keepDraft(name: SecretName): Promise<void> {
    await rename(draftOf(this.path(name)), this.path(name));
  }

  /** The draft is of no use any more. */
  async dropDraft(name: SecretName): Promise<void> {
    await rm(draftOf(this.path(name)), { force: true });
  }

  async #leftDraft(name: SecretName): Promise<string | undefined> {
    try {
      return await readPrivateFile(draftOf(this.path(name)), files[name].what);
    } catch (error) {
      // Others may have read it: it is written anew.
      if (error instanceof PrivateFileError) return undefined;
      throw error;
    }
  }
}
