#!/usr/bin/env node
import { etcdsim } from './etcdsim.js';
import { EXIT } from './failure.js';

/** Whoever reads our output may go away when it has seen enough: `etcdsim run hello | head -3`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/** What the running command does when it is interrupted; until it says so, the process just ends. */
let stop: () => void = () => process.exit(EXIT.interrupted);

/** The first Ctrl-C (or SIGTERM) asks, the second ends. */
function interrupt(): void {
  const ask = stop;
  stop = () => process.exit(EXIT.interrupted);
  ask();
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

// Not process.exit: what was printed may still be under way.
process.exitCode = await etcdsim(process.argv.slice(2), (orderly) => {
  stop = orderly;
});
