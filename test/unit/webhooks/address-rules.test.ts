import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressRefusedError, AddressRules, isCidr } from '../../../src/webhooks/sending/address-rules.js';

const publicOnly = new AddressRules('refuse');
const byte = fc.integer({ min: 0, max: 255 });
const word = fc.integer({ min: 0, max: 0xffff });
const v4 = (...parts: readonly fc.Arbitrary<number>[]) => fc.tuple(...parts).map((bytes) => bytes.join('.'));
const is = (value: number) => fc.constant(value);
const between = (min: number, max: number) => fc.integer({ min, max });

/** What RFC 6890 and its kin set apart. */
const privateV4 = fc.oneof(
  v4(is(0), byte, byte, byte),
  v4(is(10), byte, byte, byte),
  v4(is(100), between(64, 127), byte, byte),
  v4(is(127), byte, byte, byte),
  v4(is(169), is(254), byte, byte),
  v4(is(172), between(16, 31), byte, byte),
  v4(is(192), is(168), byte, byte),
  v4(is(192), is(0), is(2), byte),
  v4(is(198), between(18, 19), byte, byte),
  v4(between(224, 255), byte, byte, byte),
);

const hex = (words: readonly number[]) => words.map((one) => one.toString(16)).join(':');
const privateV6 = fc.oneof(
  fc.constantFrom('::', '::1', '0:0:0:0:0:0:0:1'),
  fc.tuple(between(0xfc00, 0xfdff), word, word, word, word, word, word, word).map(hex),
  fc.tuple(between(0xfe80, 0xfebf), word, word, word, word, word, word, word).map(hex),
  fc.tuple(between(0xff00, 0xffff), word, word, word, word, word, word, word).map(hex),
);
const publicV4 = v4(between(1, 223), byte, byte, byte).filter((address) => {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  return !(
    [10, 127].includes(a) ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && ([0, 168].includes(b) || [31, 52, 88, 175].includes(b))) ||
    (a === 198 && ([18, 19].includes(b) || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113)
  );
});

const inV6 = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return hex([a * 256 + b, c * 256 + d]);
};
const disguises: readonly ((address: string) => string)[] = [
  (address) => `::ffff:${address}`,
  (address) => `::ffff:${inV6(address)}`,
  (address) => `0:0:0:0:0:FFFF:${inV6(address)}`,
  (address) => `64:ff9b::${inV6(address)}`,
];

describe('public addresses alone', () => {
  it('are told from every private one, in every disguise', () => {
    fc.assert(
      fc.property(privateV4, (address) => {
        expect(publicOnly.allows(address)).toBe(false);
        for (const dressed of disguises) expect(publicOnly.allows(dressed(address))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(privateV6, (address) => {
        expect(publicOnly.allows(address)).toBe(false);
      }),
    );
  });

  it('are allowed', () => {
    fc.assert(
      fc.property(publicV4, (address) => {
        expect(publicOnly.allows(address)).toBe(true);
        for (const dressed of disguises) expect(publicOnly.allows(dressed(address))).toBe(true);
      }),
    );
    expect(publicOnly.allows('2606:4700::1111')).toBe(true);
  });

  it.each([
    '169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '192.0.0.192',
    '2002:7f00:1::',
    '::127.0.0.1',
    'fec0::1',
    '::a00:1',
    '::a9fe:a9fe',
    '1::1',
    '4000::1',
  ])('refuse %s', (address) => {
    expect(publicOnly.allows(address)).toBe(false);
  });

  it.each(['', 'localhost', 'example.com', '1.2.3.4.5', '1.2.3.4/8', '[::1]'])('refuse "%s", which is none', (text) => {
    expect(publicOnly.allows(text)).toBe(false);
    expect(new AddressRules('allow').allows(text)).toBe(false);
  });

  it('are required of all addresses of a host', () => {
    expect(() => {
      publicOnly.require('example.com', ['93.184.216.34', '10.0.0.1']);
    }).toThrow(
      new AddressRefusedError('example.com (10.0.0.1) is not a public address, and messages are sent to no other'),
    );
    expect(() => {
      publicOnly.require('example.com', ['93.184.216.34', '2606:4700::1111']);
    }).not.toThrow();
  });
});

describe('ranges that are allowed', () => {
  const some = new AddressRules(['10.1.0.0/16', 'fd00:1::/32']);
  it('are, also in disguise, and no others', () => {
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::5', '93.184.216.34']) {
      expect(some.allows(address)).toBe(true);
    }
    for (const address of ['10.2.0.1', '127.0.0.1', 'fd00:2::5', '::1']) expect(some.allows(address)).toBe(false);
  });
  it('are written as CIDR', () => {
    expect(['10.1.0.0/16', 'fd00::/8', '127.0.0.1/32'].every(isCidr)).toBe(true);
    expect(['10.1.0.0', '10.1.0.0/33', 'all', ''].some(isCidr)).toBe(false);
  });
  it('may be all', () => {
    expect(new AddressRules('allow').allows('127.0.0.1')).toBe(true);
  });
});
