import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../src/config/config.js';

it.each(['TAGALONG_URL', 'TAGALONG_API_KEY', 'TAGALONG_MIGRATE_FROM', 'TAGALONG_MIGRATE_TO'])(
  'the service starts where %s is set for the command line',
  (name) => {
    expect(readConfig({ [name]: 'something' })).toEqual(readConfig({}));
  },
);

it('the service refuses a setting that nobody knows', () => {
  expect(() => readConfig({ TAGALONG_MIGRAT_TO: 'something' })).toThrow(ConfigError);
});
