import { describe, expect, it } from 'vitest';
import { isClientId } from '../../../src/workspaces/domain/principal-name.js';
import { isAccountId } from '../../../src/workspaces/domain/workspace.stream.js';
import { idFor } from '../../../src/workspaces/handlers/derived-ids.js';
import { aContext } from '../../support/command-context.js';

describe('the id of a thing that a command makes', () => {
  it('is the same whenever the command is sent again', () => {
    const context = aContext({ commandId: 'operator/bring-up' });
    expect(idFor('api-key', context)).toBe(idFor('api-key', { ...context, occurredAt: '2030-01-01T00:00:00.000Z' }));
  });
  it('is another one for another sender, another id and another kind of thing', () => {
    const ids = [
      idFor('api-key', aContext({ commandId: 'operator/1' })),
      idFor('api-key', aContext({ commandId: 'operator/2' })),
      idFor('api-key', aContext({ commandId: 'user:ann/1' })),
      idFor('service-account', aContext({ commandId: 'operator/1' })),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('is random for a command that is sent once', () => {
    const context = { ...aContext({ commandId: 'once' }), repeatable: false };
    expect(new Set(Array.from({ length: 1_000 }, () => idFor('account', context))).size).toBe(1_000);
  });
  it('fits wherever an id is asked for', () => {
    for (const context of [aContext(), aContext({ commandId: 'operator/1' })]) {
      const id = idFor('account', context);
      expect(id).toMatch(/^[a-z0-9]{8,32}$/);
      expect(isAccountId(`acc-${id}`)).toBe(true);
      expect(isClientId(`sa_${id}`)).toBe(true);
    }
  });
});
