import { Resolver, lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.js';

/** Finds the addresses of a host. @throws Error with a code as those of `node:dns` when there are none */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

const timeoutMs = 2_000;

/**
 * The addresses of a host by DNS, else as the machine knows them by itself.
 *
 * The machine's own look-up works on few threads, which everybody shares. A name whose servers never answer must not
 * hold one of them, so it is asked only about names that DNS has said not to know.
 */
export const resolveHost: ResolveHost = async (host) => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found;
  for (const answer of answers)
    if (answer.status === 'rejected' && codeOf(answer.reason) === 'ETIMEOUT') throw answer.reason;
  return (await lookup(host, { all: true })).map(({ address }) => address);
};

/** Gives a connection the very addresses that were checked, so that asking again cannot bring another answer. */
export function guardedLookup(rules: AddressRules, resolve: ResolveHost): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        try {
          rules.require(host, addresses);
        } catch (fault) {
          callback(errorOf(fault), []);
          return;
        }
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (options.all === true) callback(null, found);
        else if (first === undefined) callback(new Error(`${host} has no address`), '');
        else callback(null, first.address, first.family);
      },
      (fault: unknown) => {
        callback(errorOf(fault), []);
      },
    );
  };
}

/** The code of an error of `node:dns`. */
export function codeOf(fault: unknown): string | undefined {
  return typeof fault === 'object' && fault !== null && 'code' in fault && typeof fault.code === 'string'
    ? fault.code
    : undefined;
}

function errorOf(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}
