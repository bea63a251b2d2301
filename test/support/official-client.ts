import type * as Client from '@blaxel/core';

/** The official client of the management API, pointed at a service. One service for each test file. */
export interface OfficialClient {
  readonly client: typeof Client;
  /** Every call from now on is sent with this key, about this workspace. */
  readonly signIn: (key: string, workspace: string) => void;
}

/** Loads the client with the settings of a service; it reads the environment when it is first used. */
export async function officialClient(url: string): Promise<OfficialClient> {
  Object.assign(process.env, {
    BL_API_URL: `${url}/v0`,
    BL_API_KEY: 'none-yet',
    BL_WORKSPACE: 'none-yet',
    BL_DISABLE_H2: '1',
    DO_NOT_TRACK: '1',
  });
  const client = await import('@blaxel/core');
  return {
    client,
    signIn(apikey, workspace) {
      client.settings.setConfig({ apikey, workspace });
    },
  };
}
