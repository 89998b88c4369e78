import { stringify } from 'csv-stringify/sync';
import type { AtlasRow } from '../experiment/atlas/index.js';
import type { BarFigureSpec, FigureSpec } from '../experiment/result.js';
import { type Colors, renderTable } from './table.js';

/** `PreVote, CheckQuorum`, `neither`. */
export function settingName({ preVote, checkQuorum }: Pick<AtlasRow, 'preVote' | 'checkQuorum'>): string {
  if (preVote && checkQuorum) return 'both';
  if (!preVote && !checkQuorum) return 'neither';
  return preVote ? 'PreVote' : 'CheckQuorum';
}

interface Summary {
  readonly members: string;
  readonly setting: string;
  readonly graphs: number;
  readonly able: number;
  readonly always: number;
  readonly sometimes: number;
  readonly never: number;
  /** Of those that ever had one, s. */
  readonly settledMeanSec: number | undefined;
  readonly settledMaxSec: number | undefined;
  /** Mean over the graphs in which somebody could lead. */
  readonly availability: number;
}

/** A line a size and setting; the graphs in which nobody could lead are counted, and left out of the rest. */
export function atlasSummary(rows: readonly AtlasRow[]): Summary[] {
  const groups = new Map<string, AtlasRow[]>();
  for (const row of rows) {
    const members = /^\d+-\d+$/.test(row.graph) ? String(row.members) : row.graph;
    const key = `${members}|${settingName(row)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, own]) => {
    const [members, setting] = key.split('|') as [string, string];
    const able = own.filter((row) => row.ableToLead.length > 0);
    const settled = able.filter((row) => row.settledMeanSec !== undefined);
    const always = able.filter((row) => row.stableRuns === row.runs).length;
    return {
      members,
      setting,
      graphs: own.length,
      able: able.length,
      always,
      sometimes: settled.length - always,
      never: able.length - settled.length,
      settledMeanSec: settled.length === 0 ? undefined : mean(settled.map((row) => row.settledMeanSec!)),
      settledMaxSec: settled.length === 0 ? undefined : Math.max(...settled.map((row) => row.settledMaxSec!)),
      availability: mean(able.map((row) => row.availability)),
    };
  });
}

/** The summary for people. */
export function atlasText(rows: readonly AtlasRow[], color: Colors): string {
  const table = renderTable(
    {
      head: [
        'members',
        'with',
        'graphs',
        'with a possible leader',
        'always',
        'sometimes',
        'never',
        'after',
        'at most',
        'available',
      ],
      rows: atlasSummary(rows).map((line) => [
        line.members,
        line.setting,
        String(line.graphs),
        String(line.able),
        String(line.always),
        String(line.sometimes),
        String(line.never),
        seconds(line.settledMeanSec),
        seconds(line.settledMaxSec),
        percent(line.availability),
      ]),
      right: [2, 3, 4, 5, 6, 7, 8, 9],
    },
    color,
  );
  return `${table}

with a possible leader: somebody hears a majority and is heard by it, itself counted; the columns behind speak of these graphs
always, sometimes, never: whether a stable leader stands, over who led before and the runs of each
after: until it led, mean and longest. available: writes done within 1 s where at least one member can do them
`;
}

/** A line a graph and setting. */
export function atlasCsv(rows: readonly AtlasRow[]): string {
  const head = [
    ...['graph', 'members', 'edges', 'able_to_lead', 'pre_vote', 'check_quorum', 'runs', 'stable_runs', 'stable_from'],
    ...['settled_mean_s', 'settled_max_s', 'availability', 'share', 'terms_per_min'],
  ];
  return stringify(
    [
      head,
      ...rows.map((row) => [
        row.graph,
        row.members,
        row.edges,
        row.ableToLead.join(' '),
        row.preVote,
        row.checkQuorum,
        row.runs,
        row.stableRuns,
        row.stableFrom.join(' '),
        row.settledMeanSec === undefined ? '' : rounded(row.settledMeanSec),
        row.settledMaxSec === undefined ? '' : rounded(row.settledMaxSec),
        rounded(row.availability),
        rounded(row.share),
        rounded(row.termsPerMin),
      ]),
    ],
    { cast: { boolean: String } },
  );
}

/** In how many graphs with a possible leader one stands: always, and at least sometimes. */
export function stabilityFigure(rows: readonly AtlasRow[]): BarFigureSpec {
  const lines = atlasSummary(rows);
  const groups = [...new Set(lines.map(({ members }) => members))];
  const settings = [...new Set(lines.map(({ setting }) => setting))];
  return {
    title: 'Graphs with a possible leader in which a stable one always stands',
    yLabel: 'share of them, %',
    groups: groups.map((members) => (/^\d+$/.test(members) ? `${members} members` : members)),
    series: settings.map((setting) => ({
      name: setting,
      values: groups.map((members) => {
        const line = lines.find((each) => each.members === members && each.setting === setting);
        return line === undefined || line.able === 0 ? 0 : (100 * line.always) / line.able;
      }),
    })),
  };
}

/** Availability of every graph with a possible leader, the worst first. */
export function availabilityFigure(rows: readonly AtlasRow[], members: number): FigureSpec {
  const own = rows.filter((row) => row.members === members && row.ableToLead.length > 0);
  const settings = [...new Set(own.map(settingName))];
  return {
    title: `Availability in each graph of ${members} members with a possible leader`,
    xLabel: 'graphs, the worst first',
    xUnit: '',
    yLabel: 'writes done within 1 s, %',
    series: settings.map((setting) => ({
      name: setting,
      points: own
        .filter((row) => settingName(row) === setting)
        .map((row) => 100 * row.availability)
        .sort((a, b) => a - b)
        .map((value, i) => [i + 1, value] as const),
    })),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function seconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} s`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
