import { newCommand } from '../command.js';
import { EXIT, explain } from '../failure.js';
import { say } from '../output.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

/** `etcdsim lint FILE...`: everything that is wrong with scenario files; nothing is run. */
export const lintCommand = (session: Session) =>
  newCommand('lint')
    .description('Checks scenario files: everything that is wrong, with line, column and a hint. Runs nothing.')
    .argument('<file...>', 'paths, or bare names of scenarios that ship')
    .addHelpText('after', '\nExample:\n  etcdsim lint my-cluster.yaml hello\n')
    .action(async (files) => {
      for (const file of files) {
        try {
          const source = readScenario(file);
          await loadScenario(source);
          say(`${source.shownAs}: fine`);
        } catch (error) {
          const { text, exitCode } = explain(error);
          if (exitCode !== EXIT.badInput) throw error;
          say(text);
          session.setExitCode(EXIT.badInput);
        }
      }
    });
