import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import { jobsOption, outOption, seedOption, setOption, settingsOf } from '../options.js';
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

const AXIS = 'client.balancer';
/** pick-leader-forecast's default. */
const SCRAPE_S = 5;

/** `etcdsim forecast value`: what forecasting is worth end to end, in words. */
export const valueCommand = (session: Session) =>
  newCommand('value')
    .description(
      'Sweeps a scenario whose axes are client.balancer, faults and workload, and says where forecasting pays.',
    )
    .argument('[scenario]', 'a path, or the bare name of a scenario that ships', 'forecast-value')
    .option('--baseline <policy>', 'what the others are compared with, as the axis has it', 'pick-leader')
    .option('--replications <n>', "pairs a cell; default: the scenario's (example: --replications 10)", positiveCount)
    .addOption(jobsOption())
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(outOption('answer.md, differences.csv, by-length.svg, manifest.json and machine.json'))
    .addHelpText('after', '\nExample:\n  etcdsim forecast value --out results/forecast/value\n')
    .action(async (name, options) => {
      const startedMs = Date.now();
      await checkOutFolder(options.out);
      const { baseline } = options;
      const { pairedDifferences, runSweep } = await import('../../experiment/index.js');
      const { BESIDE, COSTS, judge } = await import('../../experiment/forecast/value.js');
      const source = readScenario(name);
      const { scenario, document, set, plugIns } = await loadScenario(source, { set: settingsOf(options) });
      const policies = scenario.sweep.axes.find(({ path }) => path === AXIS)?.values ?? [];
      if (!policies.includes(baseline)) {
        throw new UsageError(
          `--baseline ${baseline}: not among ${scenario.name}'s policies: ${policies.join(', ') || 'it has none'}`,
          `write sweep: {axes: {${AXIS}: [${baseline}, ...]}}`,
        );
      }
      const abort = new AbortController();
      session.onInterrupt(() => abort.abort());
      const replications = options.replications ?? scenario.sweep.replications;
      const progress = await startProgress(`cells of ${scenario.name}`);
      const { cells, rows: figures } = await runSweep({
        text: new TextDecoder().decode(source.bytes),
        fileName: source.shownAs,
        folder: dirname(source.path),
        set,
        plugIns,
        replications,
        jobs: options.jobs ?? availableParallelism(),
        version: version(),
        signal: abort.signal,
        onCell: (_cell, done, total) => progress.update(done, total),
      }).finally(() => progress.stop());
      const comparison = { axis: AXIS, baseline, metrics: [...COSTS, ...BESIDE] };
      const rows = pairedDifferences(scenario.name, cells, comparison);
      const right = figures
        .filter(({ metric }) => metric === 'forecast_right')
        .map(({ cell: { [AXIS]: value = '', ...cell }, mean }) => ({ cell, value, mean }));
      const report = { baseline, rows, worths: judge(rows), right, scrapeS: SCRAPE_S };
      const { lengthFigure, valueText } = await import('../../report/forecast-value-text.js');
      const text = valueText(report);
      if (options.out !== undefined) {
        const { toJson } = await import('../../report/json.js');
        const { differenceCsv } = await import('../../report/difference-text.js');
        const { figureSvg } = await import('../../report/figure.js');
        const figure = lengthFigure(report);
        await writeAll(options.out, {
          'answer.md': text,
          'differences.csv': differenceCsv(rows, comparison),
          ...(figure === undefined ? {} : { 'by-length.svg': figureSvg(figure) }),
          'manifest.json': toJson({
            version: version(),
            seed: scenario.seed,
            replications,
            axes: scenario.sweep.axes,
            scenario: document,
          }),
          'machine.json': machineJson(startedMs),
        });
        say(`written: ${options.out}`);
      }
      await print(text);
    });
