#!/usr/bin/env node
import { CommanderError, newCommand } from './command.js';
import { lintCommand } from './commands/lint.js';
import { listCommand } from './commands/list.js';
import { reproduceCommand } from './commands/reproduce.js';
import { runCommand } from './commands/run.js';
import { schemaCommand } from './commands/schema.js';
import { sweepCommand } from './commands/sweep.js';
import { EXIT, explain } from './failure.js';
import { ReaderGone } from './output.js';
import { version } from './package-info.js';
import { type Session, startSession } from './session.js';

/** The whole command line. Commands load the rooms that they need when they run, so that help is quick. */
function etcdsim(session: Session) {
  return newCommand('etcdsim')
    .description('Simulates an etcd cluster and the kube-apiserver traffic to it.')
    .version(version())
    .addCommand(runCommand(session))
    .addCommand(sweepCommand(session))
    .addCommand(lintCommand(session))
    .addCommand(schemaCommand())
    .addCommand(listCommand())
    .addCommand(reproduceCommand(session))
    .addHelpText(
      'after',
      `
Exit codes: 0 fine; 1 a check failed; 2 bad input; 3 our bug; 130 interrupted.

Examples:
  etcdsim run hello
  etcdsim run hello --set network.members.egress.delay=30ms --balancer pick-leader
  etcdsim sweep thesis-init-time --replications 3 --out results/thesis
  etcdsim list balancers
`,
    );
}

/** Whoever reads our output may go away when it has seen enough: `etcdsim run hello | head -3`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await etcdsim(startSession()).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander's own code for bad arguments is 1; to us they are bad input.
    process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.badInput;
  } else if (!(error instanceof ReaderGone)) {
    const { text, exitCode } = explain(error);
    process.stderr.write(text);
    process.exitCode = exitCode;
  }
}
