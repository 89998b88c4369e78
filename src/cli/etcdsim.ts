import { CommanderError, newCommand } from './command.js';
import { atlasCommand } from './commands/atlas.js';
import { checkCommand } from './commands/check.js';
import { compareCommand } from './commands/compare.js';
import { forecastCommand } from './commands/forecast.js';
import { lintCommand } from './commands/lint.js';
import { listCommand } from './commands/list.js';
import { replayCommand } from './commands/replay.js';
import { reproduceCommand } from './commands/reproduce.js';
import { runCommand } from './commands/run.js';
import { schemaCommand } from './commands/schema.js';
import { sweepCommand } from './commands/sweep.js';
import { EXIT, explain } from './failure.js';
import { ReaderGone, say } from './output.js';
import { version } from './package-info.js';
import type { Session } from './session.js';

/** All commands. They load the rooms that they need when they run, so that help is quick. */
function commands(session: Session) {
  return newCommand('etcdsim')
    .description('Simulates an etcd cluster and the kube-apiserver traffic to it.')
    .version(version())
    .addCommand(runCommand(session))
    .addCommand(sweepCommand(session))
    .addCommand(compareCommand(session))
    .addCommand(checkCommand(session))
    .addCommand(replayCommand(session))
    .addCommand(atlasCommand(session))
    .addCommand(lintCommand(session))
    .addCommand(schemaCommand())
    .addCommand(listCommand())
    .addCommand(reproduceCommand(session))
    .addCommand(forecastCommand(session))
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

/**
 * The whole command line: data on stdout, messages on stderr.
 *
 * @param args without node and script
 * @param onInterrupt see `Session`
 * @returns the exit code; nothing is thrown
 */
export async function etcdsim(args: readonly string[], onInterrupt: Session['onInterrupt']): Promise<number> {
  let exitCode: number = EXIT.fine;
  const session: Session = {
    onInterrupt,
    setExitCode(code) {
      exitCode = code;
    },
  };
  try {
    await commands(session).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander's own code for bad arguments is 1; to us they are bad input.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.badInput;
    if (error instanceof ReaderGone) return EXIT.fine;
    const explained = explain(error);
    say(explained.text);
    return explained.exitCode;
  }
}
