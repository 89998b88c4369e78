import type { DifferenceRow, LeastRow } from '../../experiment/result.js';
import type { Format } from '../arguments.js';
import { positiveCount } from '../arguments.js';
import { newCommand } from '../command.js';
import { UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import {
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
import { checkOutFolder, writeAll } from '../out-files.js';
import { print, say, wantsColor } from '../output.js';
import { loadScenario, readScenario, type SoundScenario } from '../scenario-file.js';
import type { Session } from '../session.js';
import { comparedSweep, wholeSweep } from '../whole-sweep.js';

const METRICS = [
  'total',
  'wait_mean',
  'wait_p99',
  'put_latency_mean',
  'put_latency_p99',
  'lget_latency_mean',
  'lget_latency_p99',
  'errors',
  'request_share_m1',
  'request_share_m2',
  'request_share_m3',
  'peer_sent',
];
/** What the summary is about: figures of which less is better. */
const IN_SUMMARY = ['total', 'wait_mean', 'wait_p99', 'put_latency_mean', 'lget_latency_mean', 'errors', 'peer_sent'];
/** And its picture, where there is less room. */
const IN_PICTURE = ['total', 'wait_mean', 'wait_p99', 'errors', 'peer_sent'];

/** `etcdsim compare SCENARIO...`: paired differences of an axis's values to one of them. */
export const compareCommand = (session: Session) =>
  newCommand('compare')
    .description("Sweeps scenarios and compares an axis's values with one of them, pair by pair of replications.")
    .argument('<scenario...>', 'paths, or bare names of scenarios that ship (example: balancers)')
    .option('--axis <path>', 'what is compared (example: --axis client.balancer)', 'client.balancer')
    .option('--baseline <value>', "what the others are compared with; default: the axis's first value")
    .option('--metrics <names>', `which figures, by comma; default: ${METRICS.join(',')}`)
    .option('--replications <n>', "pairs a cell; default: the scenario's (example: --replications 20)", positiveCount)
    .addOption(varyOption())
    .addOption(jobsOption())
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(workloadOption())
    .addOption(faultOption())
    .addOption(invariantOption())
    .addOption(formatOption())
    .addOption(
      outOption('summary.md and .svg, differences.csv and .txt, a figure a metric, manifest.json and machine.json'),
    )
    .addHelpText('after', '\nExample:\n  etcdsim compare balancers balancers-zones --out results/balancers\n')
    .action(async (names, options) => {
      const startedMs = Date.now();
      await checkOutFolder(options.out);
      const set = settingsOf(options);
      const metrics = options.metrics?.split(',').map((name) => name.trim()) ?? METRICS;
      const { axis } = options;
      const { leastValues, pairedDifferences } = await import('../../experiment/index.js');
      const sources = names.map((name) => readScenario(name));
      const sound: SoundScenario[] = [];
      for (const source of sources)
        sound.push(await loadScenario(source, { set, vary: options.vary, own: ownFilesOf(options) }));
      const baselines = sound.map(({ scenario }) => baselineOf(scenario, axis, options.baseline));
      const abort = new AbortController();
      session.onInterrupt(() => abort.abort());
      const rows: DifferenceRow[] = [];
      const least: LeastRow[] = [];
      const manifests: unknown[] = [];
      for (const [i, each] of sound.entries()) {
        const { scenario } = each;
        const replications = options.replications ?? scenario.sweep.replications;
        const { cells } = await wholeSweep(sources[i]!, each, {
          replications,
          jobs: options.jobs,
          signal: abort.signal,
        });
        const comparison = { axis, baseline: baselines[i]!, metrics };
        rows.push(...pairedDifferences(scenario.name, cells, comparison));
        least.push(...leastValues(scenario.name, cells, comparison));
        manifests.push(comparedSweep(each, replications));
      }
      const compared = { axis, baseline: baselines[0]! };
      if (options.out !== undefined) {
        const files = await outFiles(rows, least, compared, manifests);
        await writeAll(options.out, { ...files, 'machine.json': machineJson(startedMs) });
        say(`written: ${options.out}`);
      }
      await print(await inFormat(rows, compared, options.format));
    });

function baselineOf(scenario: SoundScenario['scenario'], axis: string, wanted: string | undefined): string {
  const found = scenario.sweep.axes.find(({ path }) => path === axis);
  if (found === undefined) {
    throw new UsageError(`--axis ${axis}: ${scenario.name} has no such axis`, `write sweep: {axes: {${axis}: [...]}}`);
  }
  if (wanted !== undefined && !found.values.includes(wanted)) {
    throw new UsageError(`--baseline ${wanted}: not among ${found.values.join(', ')}`);
  }
  return wanted ?? found.values[0]!;
}

type Compared = { readonly axis: string; readonly baseline: string };

async function inFormat(rows: readonly DifferenceRow[], compared: Compared, format: Format): Promise<string> {
  if (format === 'json') return (await import('../../report/json.js')).toJson(rows);
  const { differenceCsv, differenceText } = await import('../../report/difference-text.js');
  if (format === 'csv') return differenceCsv(rows, compared);
  const { colors } = await import('../../report/table.js');
  return differenceText(rows, compared, colors(wantsColor()));
}

async function outFiles(
  rows: readonly DifferenceRow[],
  least: readonly LeastRow[],
  compared: Compared,
  manifests: unknown,
): Promise<Record<string, string>> {
  const [
    { differenceFigure },
    { differenceMap },
    { differenceSummary },
    { toJson },
    { axisLabel, differenceCsv, differenceText },
    { colors },
  ] = await Promise.all([
    import('../../report/difference-figure.js'),
    import('../../report/difference-map.js'),
    import('../../report/difference-summary.js'),
    import('../../report/json.js'),
    import('../../report/difference-text.js'),
    import('../../report/table.js'),
  ]);
  const only = <Row extends { readonly metric: string }>(all: readonly Row[], names: readonly string[]) =>
    names.flatMap((metric) => all.filter((row) => row.metric === metric));
  const base = axisLabel(compared.baseline);
  const inSummary = only(rows, IN_SUMMARY);
  const title = `${compared.axis}: difference to ${base} by place and trouble`;
  const files: Record<string, string> = {
    ...(inSummary.length === 0
      ? {}
      : {
          'summary.md': differenceSummary(inSummary, only(least, IN_SUMMARY), compared),
          'summary.svg': differenceMap(only(rows, IN_PICTURE), title),
        }),
    'differences.csv': differenceCsv(rows, compared),
    'differences.txt': differenceText(rows, compared, colors(false)),
    'manifest.json': toJson(manifests),
  };
  for (const metric of new Set(rows.map((row) => row.metric))) {
    const own = rows.filter((row) => row.metric === metric);
    const title = `${metric} (${own[0]!.unit}): difference to ${base}, 95 % intervals of paired runs`;
    files[`${metric}.svg`] = differenceFigure(own, title);
  }
  return files;
}
