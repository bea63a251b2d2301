import type { StorePlaces } from '../../src/composition/open-stores.js';

/** Both stores in one directory, as they are unless the configuration says otherwise. */
export function embeddedPlaces(dataDirectory: string): StorePlaces {
  return { dataDirectory, eventStore: { kind: 'embedded' }, readModel: { kind: 'embedded' } };
}
