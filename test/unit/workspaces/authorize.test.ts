import { describe, expect, it } from 'vitest';
import { authorizeActingFor, authorizeOperator } from '../../../src/workspaces/authorization/authorize.js';
import { operator, principalName } from '../../../src/workspaces/authorization/principal.js';
import type { Principal } from '../../../src/workspaces/authorization/principal.js';

const ann: Principal = { kind: 'user', sub: 'ann' };
const bot: Principal = { kind: 'service-account', clientId: 'sa_1', mayActForOthers: true };
const plainBot: Principal = { kind: 'service-account', clientId: 'sa_2', mayActForOthers: false };

describe('acting for another', () => {
  it('is for the operator and service accounts with that right', () => {
    for (const actor of [operator, bot]) {
      expect(authorizeActingFor(actor, 'user:ann')).toEqual({
        kind: 'granted',
        principal: { kind: 'user', sub: 'ann', actor },
      });
      expect(authorizeActingFor(actor, 'service-account:sa_3')).toEqual({
        kind: 'granted',
        principal: { kind: 'service-account', clientId: 'sa_3', mayActForOthers: false, actor },
      });
    }
    for (const sender of [ann, plainBot]) {
      expect(authorizeActingFor(sender, 'user:bob')).toMatchObject({
        kind: 'refused',
        rejection: { category: 'forbidden' },
      });
    }
  });
  it('is no matter for who acts in its own name', () => {
    for (const sender of [operator, ann, bot, plainBot]) {
      expect(authorizeActingFor(sender, principalName(sender))).toEqual({ kind: 'granted', principal: sender });
    }
  });
  it('never reaches the operator or nobody', () => {
    for (const name of ['operator', 'ann', 'user:', '']) {
      expect(authorizeActingFor(bot, name)).toMatchObject({ kind: 'refused', rejection: { category: 'invalid' } });
    }
  });
});

describe('what takes the operator', () => {
  it('is refused to everybody else', () => {
    expect(authorizeOperator(operator).kind).toBe('granted');
    for (const principal of [ann, bot]) {
      expect(authorizeOperator(principal)).toMatchObject({ kind: 'refused', rejection: { category: 'forbidden' } });
    }
  });
});
