import type { SweepAxis } from '../../scenario/config.js';
import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import { jobsOption, outOption, seedOption, setOption, settingsOf } from '../options.js';
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say } from '../output.js';
import { loadScenario, readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';
import { comparedSweep, wholeSweep } from '../whole-sweep.js';

const AXIS = 'client.balancer';
const AXES = [AXIS, 'faults', 'workload'];

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
      const { pairedDifferences } = await import('../../experiment/index.js');
      const { BESIDE, COSTS, judge } = await import('../../experiment/forecast/value.js');
      const source = readScenario(name);
      const sound = await loadScenario(source, { set: settingsOf(options) });
      const { scenario } = sound;
      const policies = scenario.sweep.axes.find(({ path }) => path === AXIS)?.values ?? [];
      if (!policies.includes(baseline)) {
        throw new UsageError(
          `--baseline ${baseline}: not among ${scenario.name}'s policies: ${policies.join(', ') || 'it has none'}`,
          `write sweep: {axes: {${AXIS}: [${baseline}, ...]}}`,
        );
      }
      const replications = options.replications ?? scenario.sweep.replications;
      await checkComparable(scenario.name, scenario.sweep.axes, replications);
      const abort = new AbortController();
      session.onInterrupt(() => abort.abort());
      const { cells, rows: figures } = await wholeSweep(source, sound, {
        replications,
        jobs: options.jobs,
        signal: abort.signal,
      });
      const comparison = { axis: AXIS, baseline, metrics: [...COSTS, ...BESIDE] };
      const rows = pairedDifferences(scenario.name, cells, comparison);
      const right = figures
        .filter(({ metric }) => metric === 'forecast_right')
        .map(({ cell: { [AXIS]: value = '', ...cell }, mean }) => ({ cell, value, mean }));
      const report = { baseline, rows, worths: judge(rows), right };
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
          'manifest.json': toJson(comparedSweep(sound, replications)),
          'machine.json': machineJson(startedMs),
        });
        say(`written: ${options.out}`);
      }
      await print(text);
    });

/** What the answer's words can tell apart, and what takes two runs to know. */
async function checkComparable(name: string, axes: readonly SweepAxis[], replications: number): Promise<void> {
  const { policyLabel, regimeOf } = await import('../../report/forecast-regime.js');
  const { trafficOf } = await import('../../report/forecast-value-text.js');
  const other = axes.find(({ path }) => !AXES.includes(path));
  if (other !== undefined) {
    throw new UsageError(`axis ${other.path}: expected ${AXES.join(', ')} alone`, 'etcdsim compare takes any axes');
  }
  const valuesOf = (path: string) => axes.find((axis) => axis.path === path)?.values ?? [];
  if (valuesOf('faults').length === 0) {
    throw new UsageError(`${name}: expected an axis faults, found none`, 'write sweep: {axes: {faults: [[], [...]]}}');
  }
  if (valuesOf(AXIS).length < 2) {
    throw new UsageError(`axis ${AXIS}: expected another policy beside the baseline, found none`);
  }
  if (replications < 2) {
    throw new UsageError('--replications 1: expected at least 2', 'one pair has no interval');
  }
  const labels = {
    [AXIS]: policyLabel,
    faults: (value: string) => regimeOf(value).label,
    workload: (value: string) => trafficOf(value),
  };
  for (const [path, labelOf] of Object.entries(labels)) {
    const seen = new Set<string>();
    for (const label of valuesOf(path).map(labelOf)) {
      if (seen.has(label)) {
        throw new UsageError(`axis ${path}: two values are both "${label}" in the answer`, 'leave one of them out');
      }
      seen.add(label);
    }
  }
}
