import { lockDataDirectory } from '../../../src/event-store/data-directory-lock.js';

/** A process that holds a data directory until it is killed. */
const lock = await lockDataDirectory(process.argv[2] ?? '');
process.stdout.write(`holding ${lock.directory}\n`);
setInterval(() => undefined, 1_000);
