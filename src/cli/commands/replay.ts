import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { newCommand } from '../command.js';
import { counterexampleText, writeCounterexample } from '../counterexample-files.js';
import { EXIT, UsageError } from '../failure.js';
import { print, say } from '../output.js';
import { version } from '../package-info.js';
import type { Session } from '../session.js';

/** `etcdsim replay FILE`: a counterexample, again, to the same violation. */
export const replayCommand = (session: Session) =>
  newCommand('replay')
    .description('Runs a counterexample of "etcdsim check" again, to the same violation.')
    .argument('<file>', 'a counterexample (example: counterexamples/commits-older-terms.json)')
    .option('--out <folder>', 'writes it with its space-time diagram, Mermaid diagram and ShiViz log there')
    .addHelpText('after', '\nExample:\n  etcdsim replay counterexamples/commits-older-terms.json\n')
    .action(async (file, { out }) => {
      const { mutantNamed, newCounterexample, readCounterexample, replaySchedule } = await import(
        '../../experiment/checking/index.js'
      );
      const read = readCounterexample(readFileSync(file, 'utf8'));
      if (typeof read === 'string') throw new UsageError(`${file}: ${read}`);
      if (read.version !== version()) {
        say(`warning: made by etcdsim ${read.version}, this is ${version()}: it may run otherwise`);
      }
      const mutant = read.mutant === undefined ? undefined : mutantNamed(read.mutant);
      const run =
        read.plugIns === undefined
          ? replaySchedule(read.schedule, mutant)
          : await (await import('../check-in-worker.js')).replayInWorker(read);
      const same = JSON.stringify(run.violation) === JSON.stringify(read.violation);
      if (run.violation !== undefined) {
        session.setExitCode(EXIT.checkFailed);
        const again = newCounterexample(read.schedule, run.violation, {
          version: version(),
          mutant,
          plugIns: read.plugIns,
        });
        if (out !== undefined) await writeCounterexample(out, basename(file, '.json'), again, run);
        await print(counterexampleText(again, file));
      } else {
        await print('no violation\n');
      }
      say(same ? 'the same as recorded' : 'not what was recorded');
      if (!same) session.setExitCode(EXIT.checkFailed);
    });
