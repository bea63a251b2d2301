#!/usr/bin/env node
import { runCli } from './program.js';
import { processWorld } from './world.js';

// A reader that has seen enough closes the pipe; there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await runCli(process.argv.slice(2), processWorld());
// `serve` has only begun by now, and sets its own code in the end.
if (code !== 0) process.exitCode = code;
