import { Argument, Option } from '@commander-js/extra-typings';
import { newCommand } from '../command.js';
import { print, wantsColor } from '../output.js';
import { loadScenario, readScenario, shippedScenarios } from '../scenario-file.js';

const WHAT = ['balancers', 'workloads', 'faults', 'scenarios', 'suites', 'mutants', 'metrics'] as const;

interface Listed {
  readonly name: string;
  readonly summary: string;
  /** Own options, where there are some, and what each means. */
  readonly options?: Readonly<Record<string, string>>;
}

/** `etcdsim list balancers|...`: the names that scenarios and commands know. */
export const listCommand = () =>
  newCommand('list')
    .description('Lists what there is, with a line about each.')
    .addArgument(new Argument('<what>', 'what to list').choices(WHAT))
    .addOption(
      new Option('--format <format>', 'what is printed on stdout').choices(['table', 'json']).default('table' as const),
    )
    .addHelpText('after', '\nExample:\n  etcdsim list balancers\n')
    .action(async (what, { format }) => {
      const listed = await list(what);
      if (format === 'json') {
        const { toJson } = await import('../../report/json.js');
        await print(toJson(listed));
      } else {
        await print(await asTable(listed));
      }
    });

async function list(what: (typeof WHAT)[number]): Promise<readonly Listed[]> {
  if (what === 'scenarios') return Promise.all(shippedScenarios().map(describeScenario));
  if (what === 'suites') {
    const { suites } = await import('../../experiment/index.js');
    return suites.map(({ name, summary }) => ({ name, summary }));
  }
  if (what === 'mutants') {
    const { mutants } = await import('../../checking/mutants/index.js');
    return mutants.map(({ name, source, property }) => ({ name, summary: `${property}. ${source}` }));
  }
  if (what === 'metrics') {
    const { memberMetrics } = await import('../../experiment/index.js');
    return memberMetrics().map(({ name, type, help }) => ({ name, summary: `${type}: ${help}` }));
  }
  const { SHIPPED_CHOICES, SHIPPED_WORKLOADS } = await import('../../scenario/index.js');
  if (what === 'workloads') return SHIPPED_WORKLOADS.map(({ kind, summary }) => ({ name: kind, summary }));
  return SHIPPED_CHOICES[what].map(({ name, summary, options }) => ({
    name,
    summary,
    ...(options ? { options } : {}),
  }));
}

async function describeScenario(name: string): Promise<Listed> {
  const { scenario } = await loadScenario(readScenario(name));
  // The first sentence is the question.
  const summary = /^.*?[.?!](?=\s|$)/s.exec(scenario.description)?.[0] ?? scenario.description;
  return { name, summary: summary.replace(/\s+/g, ' ') };
}

async function asTable(listed: readonly Listed[]): Promise<string> {
  const { colors, renderTable } = await import('../../report/table.js');
  const rows = listed.flatMap(({ name, summary, options }) => [
    [name, summary],
    ...Object.entries(options ?? {}).map(([option, meaning]) => ['', `  ${option}: ${meaning}`]),
  ]);
  return `${renderTable({ head: ['name', 'what'], rows, right: [] }, colors(wantsColor()))}\n`;
}
