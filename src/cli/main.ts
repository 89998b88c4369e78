#!/usr/bin/env node
import { etcdsim } from './etcdsim.js';
import { EXIT } from './failure.js';

/** Whoever reads our output may go away when it has seen enough: `etcdsim run hello | head -3`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/**
 * A command that can stop in order is asked to by the first Ctrl-C (or SIGTERM); the second ends it. Until there is one,
 * signals end the process as usual, however busy it is.
 */
function onInterrupt(stop: () => void): void {
  let ask: (() => void) | undefined = stop;
  const interrupt = () => {
    if (ask === undefined) process.exit(EXIT.interrupted);
    const first = ask;
    ask = undefined;
    first();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
}

// Not process.exit: what was printed may still be under way.
process.exitCode = await etcdsim(process.argv.slice(2), onInterrupt);
