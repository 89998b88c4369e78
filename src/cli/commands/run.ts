import { dirname } from 'node:path';
import type { RunResult } from '../../experiment/result.js';
import type { Format } from '../arguments.js';
import { newCommand } from '../command.js';
import { endAtOnce } from '../failure.js';
import { machineJson } from '../machine.js';
import {
  balancerOption,
  faultOption,
  formatOption,
  invariantOption,
  outOption,
  ownFilesOf,
  seedOption,
  setOption,
  settingsOf,
  workloadOption,
} from '../options.js';
import { checkOutFile, checkOutFolder, writeAll, writeWhole } from '../out-files.js';
import { print, say, wantsColor } from '../output.js';
import { runInWorker } from '../run-in-worker.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

/** `etcdsim run SCENARIO`: one run, its metrics, what each member did. */
export const runCommand = (session: Session) =>
  newCommand('run')
    .description('Runs a scenario once and prints what was measured.')
    .argument('<scenario>', 'a path, or the bare name of one that ships (example: hello)')
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(balancerOption())
    .addOption(workloadOption())
    .addOption(faultOption())
    .addOption(invariantOption())
    .addOption(outOption('run.json, metrics.csv, series.csv, manifest.json and machine.json'))
    .addOption(formatOption())
    .option('--metrics <file>', "writes the members' metrics as OpenMetrics text (example: --metrics run.om)")
    .option(
      '--tla <file>',
      "writes the trace that etcd-io/raft's TLA+ specification checks, docs/checking.md (example: --tla run.ndjson)",
    )
    .addHelpText(
      'after',
      `
Examples:
  etcdsim run hello --balancer pick-leader
  etcdsim run leader-crash --set cluster.raft.election-timeout=3s --seed 7 --format json
`,
    )
    .action(async (scenario, options) => {
      const startedMs = Date.now();
      await checkOutFolder(options.out);
      await checkOutFile('--metrics', options.metrics);
      await checkOutFile('--tla', options.tla);
      session.onInterrupt(endAtOnce);
      const source = readScenario(scenario);
      const set = settingsOf(options);
      const sound = await loadScenario(source, { set, own: ownFilesOf(options) });

      const { result, openMetrics, tla } = await runInWorker({
        bytes: source.bytes,
        fileName: source.shownAs,
        folder: dirname(source.path),
        set: sound.set,
        plugIns: sound.plugIns,
        tla: options.tla !== undefined,
      });
      if (options.out !== undefined) {
        await writeAll(options.out, { ...(await outFiles(result)), 'machine.json': machineJson(startedMs) });
        say(`written: ${options.out}`);
      }
      if (options.metrics !== undefined) await writeWhole(options.metrics, openMetrics);
      if (options.tla !== undefined && tla !== undefined) {
        await writeWhole(options.tla, `${tla.lines.join('\n')}\n`);
        if (tla.end !== undefined) {
          say(`warning: ${options.tla} ends at ${(tla.end.atUs / 1000).toFixed(3)} ms: ${tla.end.reason}`);
        }
      }
      await print(await inFormat(result, options.format));
    });

async function inFormat(result: RunResult, format: Format): Promise<string> {
  if (format === 'json') return (await import('../../report/json.js')).toJson(result);
  if (format === 'csv') return (await import('../../report/csv.js')).runCsv(result);
  const [{ runText }, { colors }] = await Promise.all([
    import('../../report/run-text.js'),
    import('../../report/table.js'),
  ]);
  return runText(result, colors(wantsColor()));
}

async function outFiles(result: RunResult): Promise<Record<string, string>> {
  const [{ toJson }, { runCsv, seriesCsv }] = await Promise.all([
    import('../../report/json.js'),
    import('../../report/csv.js'),
  ]);
  return {
    'run.json': toJson(result),
    'metrics.csv': runCsv(result),
    'series.csv': seriesCsv(result),
    'manifest.json': toJson(result.manifest),
  };
}
