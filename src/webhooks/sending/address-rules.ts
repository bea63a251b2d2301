import ipaddr from 'ipaddr.js';

/** Which addresses beside the public ones messages may be sent to. */
export type PrivateAddresses = 'refuse' | 'allow' | readonly string[];

/** The address of a host is not one that messages may be sent to. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/** True for a range of addresses in CIDR notation: `10.1.0.0/16`, `fd00::/8`. */
export function isCidr(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}

/**
 * Tells public addresses from those of a network of our own: loopback, private, link-local (the metadata services of
 * clouds among them), shared, multicast and reserved ones, however they are dressed up as IPv6.
 */
export class AddressRules {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  readonly #allowsAll: boolean;

  /** @throws Error for a range that is none; see {@link isCidr} */
  constructor(allowed: PrivateAddresses) {
    this.#allowsAll = allowed === 'allow';
    this.#allowed = typeof allowed === 'string' ? [] : allowed.map((range) => ipaddr.parseCIDR(range));
  }

  /** Whether messages may be sent to this address. A text that is no address is refused. */
  allows(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    if (this.#allowsAll) return true;
    const address = meantBy(ipaddr.parse(text));
    return isPublic(address) || this.#allowed.some((range) => isIn(address, range));
  }

  /** @throws AddressRefusedError when one of the addresses is refused: whoever names it may mean it */
  require(host: string, addresses: readonly string[]): void {
    const refused = addresses.find((address) => !this.allows(address));
    if (refused !== undefined) {
      throw new AddressRefusedError(
        `${host === refused ? host : `${host} (${refused})`} is not a public address, and messages are sent to no other`,
      );
    }
  }
}

/** An IPv4 address in the form of an IPv6 one is that IPv4 address: mapped, or translated on its way out (NAT64). */
function meantBy(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const isTranslated = address.match(translated);
  return isTranslated ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

/** IPv6 has public addresses in one block alone; others, such as an IPv4 address behind zeros, are set apart by no name. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(globalUnicast));
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const translated = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, range: [ipaddr.IPv4 | ipaddr.IPv6, number]): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
