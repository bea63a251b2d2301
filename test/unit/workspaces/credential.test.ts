import { describe, expect, it } from 'vitest';
import { pickCredential } from '../../../src/workspaces/authentication/credential.js';

describe('the credential of a request', () => {
  it('is a bearer token in either header', () => {
    expect(pickCredential({ authorization: 'Bearer k' })).toEqual({ kind: 'bearer', token: 'k' });
    expect(pickCredential({ 'x-blaxel-authorization': 'bearer  k ' })).toEqual({ kind: 'bearer', token: 'k' });
    expect(pickCredential({ authorization: '' })).toEqual({ kind: 'none' });
    expect(pickCredential({})).toEqual({ kind: 'none' });
  });
  it('is taken from X-Blaxel-Authorization when both are there, even if that one is of no use', () => {
    expect(pickCredential({ authorization: 'Bearer a', 'x-blaxel-authorization': 'Bearer b' })).toMatchObject({
      token: 'b',
    });
    expect(pickCredential({ authorization: 'Bearer a', 'x-blaxel-authorization': 'b' }).kind).toBe('unusable');
  });
  it('is refused clearly when it is of another kind', () => {
    const basic = pickCredential({ authorization: 'Basic YTpi' });
    expect(basic).toMatchObject({ kind: 'unusable' });
    expect(basic.kind === 'unusable' && basic.fault).toContain('Authorization: Bearer KEY');
    for (const value of ['Bearer', 'Bearer ', 'Bearer a b', 'a', `Bearer ${'x'.repeat(9_000)}`]) {
      expect(pickCredential({ authorization: value }).kind).toBe('unusable');
    }
    expect(pickCredential({ authorization: ['Bearer a', 'Bearer b'] }).kind).toBe('unusable');
  });
  it('is never repeated in what is said about it', () => {
    const picked = pickCredential({ authorization: 'Token s3cr3t' });
    expect(JSON.stringify(picked)).not.toContain('s3cr3t');
  });
});
