import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { SweepRow } from '../../experiment/result.js';
import { type Format, positiveCount, shard } from '../arguments.js';
import { newCommand, requireBeside } from '../command.js';
import { EXIT, explain } from '../failure.js';
import { machineJson } from '../machine.js';
import {
  balancerOption,
  faultOption,
  formatOption,
  invariantOption,
  jobsOption,
  outOption,
  ownFilesOf,
  seedOption,
  setOption,
  settingsOf,
  varyOption,
  workloadOption,
} from '../options.js';
import { checkOutFolder, makeFolder, writeAll } from '../out-files.js';
import { print, say, wantsColor } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';
import { type SweepIdentity, SweepJournal } from '../sweep-journal.js';

const RESULTS = ['sweep.json', 'sweep.csv', 'manifest.json', 'machine.json'];

/** `etcdsim sweep SCENARIO`: every combination of the axes' values, with intervals over replications. */
export const sweepCommand = (session: Session) =>
  newCommand('sweep')
    .description("Runs a scenario once a cell of its axes and replication; prints each metric's mean and interval.")
    .argument('<scenario>', 'a path, or the bare name of one that ships (example: thesis-init-time)')
    .addOption(varyOption())
    .option(
      '--replications <n>',
      "runs a cell, each with streams of its own; default: the scenario's, else 1 (example: --replications 5)",
      positiveCount,
    )
    .addOption(jobsOption())
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(balancerOption())
    .addOption(workloadOption())
    .addOption(faultOption())
    .addOption(invariantOption())
    .addOption(formatOption())
    .addOption(outOption('sweep.json, sweep.csv, manifest.json, machine.json and the finished cells (cells.jsonl)'))
    .option('--resume', 'goes on from the finished cells in --out; default: starts anew')
    .option(
      '--shard <i/n>',
      'runs only the i-th of n parts, for job arrays; default: all (example: --shard 2/8)',
      shard,
    )
    .addHelpText(
      'after',
      `
Examples:
  etcdsim sweep hello --vary network.members.egress.delay=0ms,15ms,30ms --replications 3
  etcdsim sweep apiserver-init-time --jobs 4 --out results/init
  etcdsim sweep apiserver-init-time --jobs 4 --out results/init --resume
`,
    )
    .action(async (name, options) => {
      const startedMs = Date.now();
      requireBeside('--resume', options.resume === true, '--out', options.out !== undefined);
      await checkOutFolder(options.out);
      const source = readScenario(name);
      const set = settingsOf(options);
      const sound = await loadScenario(source, { set, vary: options.vary, own: ownFilesOf(options) });
      const { scenario, document } = sound;
      const replications = options.replications ?? scenario.sweep.replications;
      const identity: SweepIdentity = {
        version: version(),
        seed: scenario.seed,
        replications,
        axes: scenario.sweep.axes,
        shard: options.shard && `${options.shard.index}/${options.shard.of}`,
        scenario: document,
      };
      if (options.out !== undefined) await makeFolder(options.out);
      const journal =
        options.out === undefined
          ? undefined
          : await SweepJournal.open(options.out, identity, { resume: options.resume === true, results: RESULTS });
      const { runSweep } = await import('../../experiment/index.js');
      const progress = await startProgress('cells');
      const abort = new AbortController();
      session.onInterrupt(() => abort.abort());
      let counted = '0 cells';
      try {
        const { rows, cells } = await runSweep({
          text: new TextDecoder().decode(source.bytes),
          fileName: source.shownAs,
          folder: dirname(source.path),
          set: sound.set,
          plugIns: sound.plugIns,
          axes: sound.vary,
          replications,
          jobs: options.jobs ?? availableParallelism(),
          shard: options.shard,
          completed: journal?.completed ?? [],
          version: identity.version,
          signal: abort.signal,
          onCell(result, done, total) {
            journal?.add(result);
            counted = `${done} of ${total} cells`;
            progress.update(done, total);
          },
        });
        progress.stop();
        if (options.out !== undefined) {
          await writeAll(options.out, { ...(await outFiles(rows, identity)), 'machine.json': machineJson(startedMs) });
          say(`written: ${options.out}`);
        }
        await journal?.finish(cells);
        await print(await inFormat(rows, options.format));
      } catch (error) {
        progress.stop();
        if (!abort.signal.aborted || (error as Error).name !== 'AbortError') {
          if (!options.resume && explain(error).exitCode !== EXIT.ourBug) await journal?.discard();
          throw error;
        }
        await journal?.flush();
        const kept = options.out === undefined ? 'nothing is kept without --out' : `kept in ${options.out}`;
        say(`interrupted: ${counted} done, ${kept}${options.out === undefined ? '' : '; --resume goes on from there'}`);
        session.setExitCode(EXIT.interrupted);
      }
    });

async function inFormat(rows: readonly SweepRow[], format: Format): Promise<string> {
  if (format === 'json') return (await import('../../report/json.js')).toJson(rows);
  if (format === 'csv') return (await import('../../report/csv.js')).sweepCsv(rows);
  const [{ sweepText }, { colors }] = await Promise.all([
    import('../../report/sweep-text.js'),
    import('../../report/table.js'),
  ]);
  return sweepText(rows, colors(wantsColor()));
}

async function outFiles(rows: readonly SweepRow[], manifest: SweepIdentity): Promise<Record<string, string>> {
  const [{ toJson }, { sweepCsv }] = await Promise.all([import('../../report/json.js'), import('../../report/csv.js')]);
  return { 'sweep.json': toJson(rows), 'sweep.csv': sweepCsv(rows), 'manifest.json': toJson(manifest) };
}
