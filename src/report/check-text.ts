import type { CoverageSummary, MutantVerdict } from '../experiment/checking/index.js';
import { type Colors, renderTable } from './table.js';

/** What a check reached, for people. */
export function coverageText(coverage: CoverageSummary, color: Colors): string {
  const share = (runs: number): string => `${((100 * runs) / Math.max(1, coverage.runs)).toFixed(1)} %`;
  const reached = renderTable(
    {
      head: ['reached', 'in all', 'runs with it', ''],
      rows: coverage.reached.map(({ name, total, runs }) => [
        WORDS[name] ?? name,
        String(total),
        String(runs),
        share(runs),
      ]),
      right: [1, 2, 3],
    },
    color,
  );
  const faults = renderTable(
    {
      head: ['fault', 'runs with it', ''],
      rows: coverage.faults.map(({ name, runs }) => [name, String(runs), share(runs)]),
      right: [1, 2],
    },
    color,
  );
  const facts = `${coverage.runs} runs, ${coverage.states} states of the protocol, highest term ${coverage.highestTerm}`;
  return `${facts}\n\n${reached}\n\n${faults}\n`;
}

const WORDS: Readonly<Record<string, string>> = {
  splitVotes: 'split votes',
  staleLeaders: 'stale leaders',
  snapshots: 'snapshots installed',
};

/** A row a mutant. */
export function killTable(verdicts: readonly (MutantVerdict & { readonly seconds: number })[], color: Colors): string {
  const rows = verdicts.map(({ name, equivalent, killed, runs, seconds, events, violation, property }) => [
    name,
    equivalent ? (killed ? 'FALSE ALARM' : 'equivalent') : killed ? 'killed' : 'ALIVE',
    String(runs),
    seconds.toFixed(2),
    events === 0 ? '' : String(events),
    violation?.property ?? property,
  ]);
  return `${renderTable({ head: ['mutant', 'is', 'runs', 'seconds', 'events', 'property'], rows, right: [2, 3, 4] }, color)}\n`;
}
