#!/usr/bin/env node
import { exitCodes } from './exit-codes.js';
import { runCli } from './program.js';
import { processWorld } from './world.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough closes the pipe; there is nobody left to tell.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
  process.exit(exitCodes.failed);
});
process.stderr.on('error', () => {
  // What cannot be said is no reason to stop; the exit code still tells.
});

const code = await runCli(process.argv.slice(2), processWorld());
// `serve` has only begun by now, and sets its own code in the end.
if (code !== 0) process.exitCode = code;
