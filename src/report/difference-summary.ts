import type { DifferenceRow, LeastRow } from '../experiment/result.js';
import { axisLabel, type ComparedWith, cellLabel, isShown } from './difference-text.js';
import { significant } from './numbers.js';

/** More names than that are counted. */
const MOST_NAMES = 4;

/**
 * One page for who has to choose, in Markdown: how often each value is better and worse than the baseline, and which is
 * the best in each cell. Less is better in all metrics given.
 *
 * @param rows of the metrics that the page is about
 * @param least of the same metrics
 */
export function differenceSummary(
  rows: readonly DifferenceRow[],
  least: readonly LeastRow[],
  { axis, baseline }: ComparedWith,
): string {
  const runs = Math.max(0, ...rows.map(({ n }) => n));
  const base = axisLabel(baseline);
  return [
    `# ${axis}: which is better where`,
    '',
    `Differences to ${base}, pair by pair of ${runs} runs with the same random numbers. Less is better in every column.`,
    `A difference counts where its 95 % interval leaves 0 out; one in twenty does so by chance.`,
    '',
    '## How often better, how often worse',
    '',
    `Of so many cells: better than ${base} / worse. Where both are 0, no difference was shown anywhere.`,
    '',
    ...scoreTable(rows),
    '',
    '## The best of each cell',
    '',
    `The value with the least, and ${base}'s in brackets; then those that are not shown to have more.`,
    `"=" where ${base} is among them: no policy is shown to be better.`,
    '',
    ...[...new Set(least.map(({ scenario }) => scenario))].flatMap((scenario) =>
      bestTable(
        scenario,
        least.filter((row) => row.scenario === scenario),
        baseline,
      ),
    ),
  ].join('\n');
}

function scoreTable(rows: readonly DifferenceRow[]): string[] {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const values = [...new Set(rows.map(({ value }) => value))];
  const of = (value: string, metric: string) => rows.filter((row) => row.value === value && row.metric === metric);
  const head = metrics.map((metric) => `${metric} (${of(values[0]!, metric).length} cells)`);
  return [
    ...tableHead(['', ...head]),
    ...values.map((value) => {
      const counts = metrics.map((metric) => {
        const shown = of(value, metric).filter((row) => isShown(row) && row.difference !== 0);
        const better = shown.filter(({ difference }) => difference < 0).length;
        return `${better} / ${shown.length - better}`;
      });
      return tableLine([axisLabel(value), ...counts]);
    }),
  ];
}

function bestTable(scenario: string, rows: readonly LeastRow[], baseline: string): string[] {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const units = metrics.map((metric) => rows.find((row) => row.metric === metric)!.unit);
  const cells = [...new Set(rows.map(cellLabel))];
  return [
    `### ${scenario}`,
    '',
    ...tableHead(['', ...metrics.map((metric, i) => `${metric} (${units[i]})`)]),
    ...cells.map((label) => {
      const texts = metrics.map((metric) => {
        const row = rows.find((each) => each.metric === metric && cellLabel(each) === label);
        return row === undefined ? '' : best(row, baseline);
      });
      return tableLine([label.replace(`${scenario}, `, ''), ...texts]);
    }),
    '',
  ];
}

function best({ mean, baselineMean, alike }: LeastRow, baseline: string): string {
  if (alike.includes(baseline)) return `= (${significant(baselineMean, 3)})`;
  const names = alike.map(axisLabel);
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `**${significant(mean, 3)}** (${significant(baselineMean, 3)}) ${shown}${more}`;
}

function tableHead(cells: readonly string[]): string[] {
  return [tableLine(cells), `|${cells.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`];
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
