import type { DifferenceRow } from '../result.js';

/** Figures of which less is better. */
export const COSTS: readonly string[] = [
  'total',
  'put_latency_mean',
  'put_latency_p99',
  'lget_latency_mean',
  'lget_latency_p99',
  'errors',
];
/** What is shown beside them. */
export const BESIDE: readonly string[] = ['leader_changes', 'forecast_moves', 'forecast_moves_failed'];

/** Differences below this share of the baseline are of no interest to anybody, however certain they are. */
const LEAST_SHARE = 0.02;
/** Of a count whose baseline may be 0. */
const LEAST_COUNT = 0.5;

export type Verdict = 'pays' | 'harms' | 'trades' | 'nothing';

/** What a policy is worth in one cell, against the baseline. */
export interface Worth {
  readonly cell: DifferenceRow['cell'];
  readonly value: string;
  readonly verdict: Verdict;
  /** Costs whose difference is beyond chance, and large enough to matter. */
  readonly better: readonly DifferenceRow[];
  readonly worse: readonly DifferenceRow[];
}

/** Whether a difference is beyond chance (its interval leaves 0 out) and large enough to matter. */
export function matters({ unit, difference, baselineMean, ciLow, ciHigh, n }: DifferenceRow): boolean {
  if (n < 2 || (ciLow <= 0 && ciHigh >= 0)) return false;
  const least = unit === 'count' ? LEAST_COUNT : Math.abs(baselineMean) * LEAST_SHARE;
  return Math.abs(difference) >= least;
}

/** Judges every value in every cell: pays where some cost falls and none rises, and so on. */
export function judge(rows: readonly DifferenceRow[]): Worth[] {
  const groups = new Map<string, DifferenceRow[]>();
  for (const row of rows) {
    if (!COSTS.includes(row.metric)) continue;
    const key = JSON.stringify([row.cell, row.value]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => {
    const better = group.filter((row) => row.difference < 0 && matters(row));
    const worse = group.filter((row) => row.difference > 0 && matters(row));
    const { cell, value } = group[0]!;
    return { cell, value, verdict: verdictOf(better.length > 0, worse.length > 0), better, worse };
  });
}

function verdictOf(isBetter: boolean, isWorse: boolean): Verdict {
  if (isBetter) return isWorse ? 'trades' : 'pays';
  return isWorse ? 'harms' : 'nothing';
}
