import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceSecrets } from '../../src/service-secrets/service-secrets.js';

/** One place for secrets, and how to get at it. */
export interface SecretsSite {
  /** As each of the nodes that may use the place at the same time sees it. */
  readonly nodes: readonly [ServiceSecrets, ...ServiceSecrets[]];
  /** As somebody sees it who looks for the first time. */
  again(): Promise<ServiceSecrets>;
  dispose(): Promise<void>;
}

const secret = (n: number): string => `a-secret-of-more-than-32-characters-${n}`;

/** What every place for the secrets of a service promises. */
export function describeServiceSecretsContract(adapter: string, makeSite: () => Promise<SecretsSite>): void {
  describe(`secrets of the service in ${adapter}`, () => {
    let site: SecretsSite;
    beforeEach(async () => {
      site = await makeSite();
    });
    afterEach(() => site.dispose());

    it('finds none at first', async () => {
      expect(await site.nodes[0].find('operator-key')).toBeUndefined();
    });

    it('keeps the first that is proposed, for everybody', async () => {
      const [node] = site.nodes;
      expect(await node.settle('service-secret', secret(1))).toBe(secret(1));
      for (const other of [...site.nodes, await site.again()]) {
        expect(await other.settle('service-secret', secret(2))).toBe(secret(1));
        expect(await other.find('service-secret')).toBe(secret(1));
      }
    });

    it('keeps each under its own name', async () => {
      const [node] = site.nodes;
      await node.settle('service-secret', secret(1));
      expect(await node.find('operator-key')).toBeUndefined();
      expect(await node.settle('operator-key', secret(2))).toBe(secret(2));
      expect(await node.find('service-secret')).toBe(secret(1));
    });

    it('agrees on one when several are proposed at the same moment', async () => {
      const proposals = Array.from({ length: 24 }, (_, n) => secret(n));
      const settled = await Promise.all(
        proposals.map((proposed, n) =>
          (site.nodes[n % site.nodes.length] ?? site.nodes[0]).settle('operator-key', proposed),
        ),
      );
      const [winner] = settled;
      expect(proposals).toContain(winner);
      expect(new Set(settled)).toEqual(new Set([winner]));
      expect(await (await site.again()).find('operator-key')).toBe(winner);
    });
  });
}
