import type { Worth } from '../experiment/forecast/value.js';
import type { DifferenceRow, FigureSpec } from '../experiment/result.js';
import { policyLabel, regimeOf, SCRAPE_S, scrapeIntervalOf } from './forecast-regime.js';
import { significant } from './numbers.js';
import { colors, renderTable } from './table.js';

/** All that the answer is made of: differences to one baseline, and what they are worth. */
export interface ValueReport {
  readonly baseline: string;
  readonly rows: readonly DifferenceRow[];
  readonly worths: readonly Worth[];
  /** Of the forecasters: the share of verdicts that were true. */
  readonly right: readonly { readonly cell: DifferenceRow['cell']; readonly value: string; readonly mean: number }[];
}

const NAMES: Readonly<Record<string, string>> = {
  total: 'up after',
  put_latency_mean: 'write mean',
  put_latency_p99: 'write p99',
  lget_latency_mean: 'read mean',
  lget_latency_p99: 'read p99',
  errors: 'failed',
  leader_changes: 'leader changes',
  forecast_moves: 'moves',
  forecast_moves_failed: 'moves failed',
};
const VERDICT_WORDS = { pays: 'pays', harms: 'harms', trades: 'pays and harms', nothing: 'does nothing' } as const;
type VerdictName = keyof typeof VERDICT_WORDS;

/** Short names of what a cell's workload is. */
export function trafficOf(workload = ''): string {
  return /kube-apiserver-init/.test(workload) ? 'control plane coming up' : 'steady traffic';
}

function labelOf(cell: DifferenceRow['cell']): string {
  return `${trafficOf(cell['workload'])}: ${regimeOf(cell['faults'] ?? '[]').label}`;
}

function isForecast(value: string): boolean {
  return policyLabel(value).startsWith('forecast ');
}

/** The whole answer, as Markdown: first in words, then the tables that the words are taken from. */
export function valueText(report: ValueReport): string {
  const pairs = Math.max(0, ...report.rows.map(({ n }) => n));
  const baseline = policyLabel(report.baseline);
  return `# Does it pay to forecast the leader's status?

Every policy against ${baseline}, pair by pair of ${pairs} runs with the same random numbers. A difference counts if its 95 %
interval leaves 0 out and it is at least 2 % of what it is a difference to (of failed requests: half a one). A policy *pays*
where something gets better and nothing worse, *harms* where it is the other way round. One interval in twenty misses by chance.

## In short

\`\`\`
${inShort(report)}
\`\`\`

## Where it pays, where it does nothing, where it harms

${policiesOf(report)
  .filter(isForecast)
  .map((value) => paragraph(report, value))
  .join('\n\n')}

## What no classifier can do

${limits(report)}

## How it depends on the length of the trouble

${byLength(report)}

## Leader changes

${leaderChanges(report)}

## Everything

First line of each table: ${baseline} itself. Below: the others' means, with the difference to it where it counts.

${tables(report)}
`;
}

/** In how many of the cells each policy does what. */
function inShort({ worths, ...report }: ValueReport): string {
  const verdicts = Object.keys(VERDICT_WORDS) as VerdictName[];
  const rows = policiesOf({ worths, ...report }).map((value) => {
    const own = worths.filter((worth) => worth.value === value);
    return [
      policyLabel(value),
      ...verdicts.map((verdict) => String(own.filter((worth) => worth.verdict === verdict).length)),
    ];
  });
  const head = ['of the cells below', ...verdicts.map((verdict) => VERDICT_WORDS[verdict])];
  return renderTable({ head, rows, right: verdicts.map((_, i) => i + 1) }, colors(false));
}

function policiesOf({ rows }: ValueReport): string[] {
  return [...new Set(rows.map(({ value }) => value))];
}

function paragraph({ worths }: ValueReport, value: string): string {
  const own = worths.filter((worth) => worth.value === value);
  const lines = (['pays', 'trades', 'harms', 'nothing'] as const).flatMap((verdict: VerdictName) => {
    const found = own.filter((worth) => worth.verdict === verdict);
    if (found.length === 0) return [];
    if (verdict === 'nothing') {
      return [`- ${VERDICT_WORDS.nothing}: ${found.map(({ cell }) => labelOf(cell)).join('; ')}.`];
    }
    return [`- ${VERDICT_WORDS[verdict]}:`, ...found.map((worth) => `  - ${labelOf(worth.cell)} (${changes(worth)})`)];
  });
  return `**${policyLabel(value)}**\n\n${lines.join('\n')}`;
}

function changes({ better, worse }: Worth): string {
  return [...better, ...worse].map((row) => `${NAMES[row.metric]} ${change(row)}`).join(', ');
}

/** `-62 %`, or for a count `+3.5`. */
function change({ unit, difference, baselineMean }: DifferenceRow): string {
  const sign = difference > 0 ? '+' : '-';
  if (unit === 'count' || baselineMean === 0) return `${sign}${significant(Math.abs(difference), 2)}`;
  return `${sign}${significant((100 * Math.abs(difference)) / baselineMean, 2)} %`;
}

function limits(report: ValueReport): string {
  const oracles = policiesOf(report).filter((value) => policyLabel(value).startsWith('forecast oracle'));
  if (oracles.length === 0) return 'No oracle took part.';
  const first = report.worths.filter(({ value }) => value === oracles[0]);
  const vain = first.filter(({ verdict }) => verdict === 'nothing' || verdict === 'harms');
  const helped = (cell: DifferenceRow['cell']): string[] =>
    report.worths
      .filter((worth) => JSON.stringify(worth.cell) === JSON.stringify(cell) && isForecast(worth.value))
      .filter(({ verdict }) => verdict === 'pays')
      .map(({ value }) => policyLabel(value));
  const name = policyLabel(oracles[0]!);
  if (vain.length === 0) return `${name}, which is never wrong about the state, gains something everywhere.`;
  const lines = vain.map(({ cell }) => {
    const others = helped(cell);
    const but =
      others.length === 0
        ? ''
        : ` What pays there all the same, by another rule or by its errors: ${others.join('; ')}.`;
    return `- ${labelOf(cell)}.${but}`;
  });
  return `${name} is never wrong about the state. Where even it does not beat ${policyLabel(report.baseline)}, no classifier that
the same rule acts on can be expected to:

${lines.join('\n')}`;
}

interface Family {
  readonly name: string;
  readonly cells: readonly { readonly lengthS: number; readonly cell: DifferenceRow['cell'] }[];
}

/** Regimes that differ in nothing but the length of the trouble, if there are at least three lengths. */
function families({ rows }: ValueReport): Family[] {
  const byName = new Map<string, Map<number, DifferenceRow['cell']>>();
  for (const { cell } of rows) {
    const { family, lengthS } = regimeOf(cell['faults'] ?? '[]');
    if (lengthS === undefined) continue;
    const name = `${trafficOf(cell['workload'])}: ${family}`;
    const of = byName.get(name) ?? new Map<number, DifferenceRow['cell']>();
    of.set(lengthS, cell);
    byName.set(name, of);
  }
  return [...byName]
    .filter(([, cells]) => cells.size >= 3)
    .map(([name, cells]) => ({
      name,
      cells: [...cells].sort((a, b) => a[0] - b[0]).map(([lengthS, cell]) => ({ lengthS, cell })),
    }));
}

function byLength(report: ValueReport): string {
  const parts = families(report).map((family) => {
    const metric = family.name.startsWith('steady') ? 'put_latency_mean' : 'total';
    const values = policiesOf(report);
    const table = renderTable(
      {
        head: [`${NAMES[metric]}, by length`, ...family.cells.map(({ lengthS }) => `${lengthS} s`)],
        rows: values.map((value) => [
          policyLabel(value),
          ...family.cells.map(({ cell }) => {
            const row = find(report, cell, value, metric);
            return row === undefined ? '-' : `${change(row)}${counts(report, row) ? '' : ' ='}`;
          }),
        ]),
        right: family.cells.map((_, i) => i + 1),
      },
      colors(false),
    );
    return `${family.name}; "=": within chance, or too little to matter.\n\n\`\`\`\n${table}\n\`\`\`\n\n${lengthWords(report, family, metric)}`;
  });
  return parts.length === 0 ? 'No trouble came in three lengths.' : parts.join('\n\n');
}

function lengthWords(report: ValueReport, { cells }: Family, metric: string): string {
  const sentences = policiesOf(report)
    .filter(isForecast)
    .map((value) => {
      const gains = cells.filter(({ cell }) => {
        const row = find(report, cell, value, metric);
        return row !== undefined && row.difference < 0 && counts(report, row);
      });
      const name = policyLabel(value);
      if (gains.length === 0) return `- ${name}: no gain at any length.`;
      const { lengthS } = gains[0]!;
      const scrapeS = scrapeIntervalOf(value);
      const scrapes = significant(lengthS / scrapeS, 2);
      const last = find(report, gains[gains.length - 1]!.cell, value, metric)!;
      return `- ${name}: gains from ${lengthS} s on (${scrapes} times the ${scrapeS} s between two scrapes); at ${gains[gains.length - 1]!.lengthS} s ${change(last)}.`;
    });
  return sentences.join('\n');
}

/** Whether a row is among those that its cell's verdict rests on. */
function counts({ worths }: ValueReport, row: DifferenceRow): boolean {
  return worths.some(({ better, worse }) => better.includes(row) || worse.includes(row));
}

function find(
  { rows }: ValueReport,
  cell: DifferenceRow['cell'],
  value: string,
  metric: string,
): DifferenceRow | undefined {
  const key = JSON.stringify(cell);
  return rows.find((row) => row.metric === metric && row.value === value && JSON.stringify(row.cell) === key);
}

function leaderChanges(report: ValueReport): string {
  const changed = report.rows.filter(({ metric }) => metric === 'leader_changes');
  const lines = policiesOf(report).flatMap((value) => {
    const own = changed.filter((row) => row.value === value);
    if (own.length === 0) return [];
    const most = own.reduce((a, b) => (b.mean > a.mean ? b : a));
    const mean = own.reduce((sum, row) => sum + row.mean, 0) / own.length;
    return [
      `- ${policyLabel(value)}: ${significant(mean, 2)} a run on average, at most ${significant(most.mean, 2)} (${labelOf(most.cell)}).`,
    ];
  });
  const base = changed.length === 0 ? 0 : changed.reduce((sum, row) => sum + row.baselineMean, 0) / changed.length;
  return [`- ${policyLabel(report.baseline)}: ${significant(base, 2)} a run on average.`, ...lines].join('\n');
}

function tables(report: ValueReport): string {
  const cells = new Map<string, DifferenceRow[]>();
  for (const row of report.rows) {
    const label = labelOf(row.cell);
    const group = cells.get(label);
    if (group === undefined) cells.set(label, [row]);
    else group.push(row);
  }
  return [...cells]
    .map(([label, rows]) => {
      const metrics = Object.keys(NAMES).filter((metric) => rows.some((row) => row.metric === metric));
      const of = (metric: string): DifferenceRow => rows.find((row) => row.metric === metric)!;
      const table = renderTable(
        {
          head: ['', ...metrics.map((metric) => `${NAMES[metric]} (${of(metric).unit})`), 'verdicts right'],
          rows: [
            [policyLabel(report.baseline), ...metrics.map((metric) => baselineCell(of(metric))), ''],
            ...policiesOf(report).map((value) => [
              policyLabel(value),
              ...metrics.map((metric) => {
                const row = rows.find((each) => each.metric === metric && each.value === value);
                return row === undefined ? '-' : valueCell(report, row);
              }),
              rightCell(report, rows[0]!.cell, value),
            ]),
          ],
          right: [...metrics, ''].map((_, i) => i + 1),
        },
        colors(false),
      );
      return `${label}\n\n\`\`\`\n${table}\n\`\`\``;
    })
    .join('\n\n');
}

function rightCell({ right }: ValueReport, cell: DifferenceRow['cell'], value: string): string {
  const key = JSON.stringify(cell);
  const found = right.find((each) => each.value === value && JSON.stringify(each.cell) === key);
  return found === undefined ? '' : `${(100 * found.mean).toFixed(0)} %`;
}

/** Only forecasters have verdicts and moves. */
function baselineCell({ metric, baselineMean }: DifferenceRow): string {
  return metric.startsWith('forecast_') ? '' : significant(baselineMean, 3);
}

function valueCell(report: ValueReport, row: DifferenceRow): string {
  if (row.metric.startsWith('forecast_')) return isForecast(row.value) ? significant(row.mean, 3) : '';
  if (!counts(report, row)) return significant(row.mean, 3);
  const half = (row.ciHigh - row.ciLow) / 2;
  return `${significant(row.mean, 3)} (${row.difference > 0 ? '+' : ''}${significant(row.difference, 2)} ± ${significant(half, 2)})`;
}

/** Difference of the mean write to the baseline's against the length of the trouble, a line a policy; undefined without. */
export function lengthFigure(report: ValueReport): FigureSpec | undefined {
  const family = families(report).find(({ name }) => name.startsWith('steady'));
  if (family === undefined) return undefined;
  return {
    title: `Mean write, difference to ${policyLabel(report.baseline)}: ${family.name.replace(/^[^:]*: /, '')}`,
    xLabel: `length of the trouble, ${SCRAPE_S} s between two scrapes`,
    xUnit: 's',
    yLabel: 'difference (ms)',
    series: policiesOf(report)
      .filter(isForecast)
      .map((value) => ({
        name: policyLabel(value),
        points: family.cells.flatMap(({ lengthS, cell }) => {
          const row = find(report, cell, value, 'put_latency_mean');
          return row === undefined ? [] : [[lengthS, row.difference, row.ciLow, row.ciHigh] as const];
        }),
      })),
  };
}
