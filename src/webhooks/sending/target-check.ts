import { isIP } from 'node:net';
import { AddressRefusedError } from './address-rules.js';
import type { AddressRules } from './address-rules.js';
import { codeOf } from './host-addresses.js';
import type { ResolveHost } from './host-addresses.js';

/** Why nothing can be sent to a URL. */
export type TargetFault =
  { readonly kind: 'refused'; readonly fault: string } | { readonly kind: 'unknown-host'; readonly fault: string };

/** Looks at the host of a URL before anything is sent to it. */
export class TargetCheck {
  constructor(
    private readonly rules: AddressRules,
    private readonly resolve: ResolveHost,
  ) {}

  /**
   * What is wrong with the host of a well-formed URL, as far as can be told now. Every delivery looks again: names come
   * to mean other addresses.
   */
  async faultOf(url: string): Promise<TargetFault | undefined> {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    try {
      this.rules.require(host, isIP(host) === 0 ? await this.resolve(host) : [host]);
      return undefined;
    } catch (fault) {
      if (fault instanceof AddressRefusedError) return { kind: 'refused', fault: fault.message };
      const isUnknown = ['ENOTFOUND', 'ENODATA'].includes(codeOf(fault) ?? '');
      return isUnknown ? { kind: 'unknown-host', fault: `names the host ${host}, which is not known` } : undefined;
    }
  }
}
