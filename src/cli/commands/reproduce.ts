import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { Suite } from '../../experiment/index.js';
import type { SuiteResult } from '../../experiment/result.js';
import type { Format } from '../arguments.js';
import { newCommand } from '../command.js';
import { EXIT, endAtOnce, UsageError } from '../failure.js';
import { machineJson } from '../machine.js';
import { formatOption, jobsOption, outOption } from '../options.js';
import { checkFolder, checkOutFolder, writeAll } from '../out-files.js';
import { print, say, wantsColor } from '../output.js';
import { version } from '../package-info.js';
import { startProgress } from '../progress.js';
import { readScenario } from '../scenario-file.js';
import type { Session } from '../session.js';

/** `etcdsim reproduce [SUITE...]`: what was measured on the real thing against what the simulator gives. */
export const reproduceCommand = (session: Session) =>
  newCommand('reproduce')
    .description('Compares measurements of real etcd and kube-apiserver with the simulation, a row a figure.')
    .argument('[suite...]', 'default: all; see --list (example: thesis-init)')
    .option('--list', 'lists the suites and runs nothing')
    .option('--strict', 'exit code 1 also where a miss is known and explained in docs/model.md')
    .addOption(
      new Option(
        '--reference <folder>',
        'raw reference data, for the suites that need it; default: those are skipped (example: --reference ../reference)',
      ).env('ETCDSIM_REFERENCE'),
    )
    .addOption(jobsOption())
    .addOption(formatOption())
    .addOption(outOption('SUITE.csv, SUITE.json and SUITE.manifest.json, the figures (*.svg) and machine.json'))
    .addHelpText(
      'after',
      '\nExamples:\n  etcdsim reproduce thesis-init --out results/reproduce\n  etcdsim reproduce --list\n',
    )
    .action(async (names, options) => {
      const startedMs = Date.now();
      const { suites } = await import('../../experiment/index.js');
      if (options.list) {
        await print(await listed(suites, options.format));
        return;
      }
      const chosen = await choose(suites, names);
      await checkOutFolder(options.out);
      await checkFolder('--reference (or ETCDSIM_REFERENCE)', options.reference);

      session.onInterrupt(endAtOnce);
      const scenarios: Record<string, Record<string, string>> = {};
      const results: SuiteResult[] = [];
      for (const suite of chosen) {
        const progress = await startProgress(`runs of ${suite.name}`);
        const result = await suite.run({
          reference: options.reference === undefined ? undefined : resolve(options.reference),
          jobs: options.jobs ?? availableParallelism(),
          version: version(),
          readScenario(name) {
            const source = readScenario(name);
            const text = new TextDecoder().decode(source.bytes);
            scenarios[suite.name] = { ...scenarios[suite.name], [name]: text };
            return { text, fileName: source.shownAs };
          },
          readReference: (path) => readFileSync(path, 'utf8'),
          onProgress: (done, total) => progress.update(done, total),
        });
        progress.stop();
        results.push(result);
      }
      if (options.out !== undefined) {
        const figures = await figureFiles(results);
        await writeAll(options.out, {
          ...(await outFiles(results, scenarios)),
          ...figures,
          'machine.json': machineJson(startedMs),
        });
        for (const name of Object.keys(figures)) say(`figure: ${join(options.out, name)}`);
      }
      if (options.format !== 'table') {
        for (const { suite, skipped } of results) if (skipped !== undefined) say(`${suite}: skipped: ${skipped}`);
      }
      await print(await inFormat(results, options.format));
      const rows = results.flatMap((result) => result.rows);
      const accepted = rows.every(({ status }) => status === 'ok' || (status === 'known' && !options.strict));
      session.setExitCode(accepted ? EXIT.fine : EXIT.checkFailed);
    });

async function choose(suites: readonly Suite[], names: readonly string[]): Promise<readonly Suite[]> {
  if (names.length === 0) return suites;
  const { nearest } = await import('../../scenario/nearest.js');
  const known = suites.map((suite) => suite.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    throw new UsageError(
      `no suite "${name}"`,
      close === undefined ? `the suites: ${known.join(', ')}` : `did you mean ${close}?`,
    );
  }
  return suites.filter((suite) => names.includes(suite.name));
}

async function listed(suites: readonly Suite[], format: Format): Promise<string> {
  const rows = suites.map(({ name, summary }) => ({ name, summary }));
  if (format === 'json') return (await import('../../report/json.js')).toJson(rows);
  const { colors, renderTable } = await import('../../report/table.js');
  const body = rows.map(({ name, summary }) => [name, summary]);
  return `${renderTable({ head: ['suite', 'what'], rows: body, right: [] }, colors(wantsColor()))}\n`;
}

async function inFormat(results: readonly SuiteResult[], format: Format): Promise<string> {
  const rows = results.flatMap((result) => result.rows);
  if (format === 'json') return (await import('../../report/json.js')).toJson(rows);
  if (format === 'csv') return (await import('../../report/csv.js')).reproduceCsv(rows);
  const [{ reproduceText }, { colors }] = await Promise.all([
    import('../../report/reproduce-text.js'),
    import('../../report/table.js'),
  ]);
  return reproduceText(results, colors(wantsColor()));
}

async function figureFiles(results: readonly SuiteResult[]): Promise<Record<string, string>> {
  const { figureSvg } = await import('../../report/figure.js');
  const figures = results.flatMap((result) => result.figures);
  return Object.fromEntries(figures.map(({ name, figure }) => [`${name}.svg`, figureSvg(figure)]));
}

/** Three files a suite, so that running one again leaves the others as they are. */
async function outFiles(
  results: readonly SuiteResult[],
  scenarios: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<Record<string, string>> {
  const [{ toJson }, { reproduceCsv }] = await Promise.all([
    import('../../report/json.js'),
    import('../../report/csv.js'),
  ]);
  const files: Record<string, string> = {};
  for (const { suite, skipped, rows, notes } of results) {
    if (skipped !== undefined) continue;
    files[`${suite}.csv`] = reproduceCsv(rows);
    files[`${suite}.json`] = toJson({ suite, rows, notes });
    // Seeds and replications of a suite stand in its scenarios, which are here as they were read.
    files[`${suite}.manifest.json`] = toJson({ version: version(), suite, scenarios: scenarios[suite] });
  }
  return files;
}
