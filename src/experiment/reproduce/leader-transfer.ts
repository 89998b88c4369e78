import type { SuiteResult } from '../result.js';
import { medianInterval, share, withinRange } from './ranges.js';
import { type Cells, DELAY, row, runCells, type Suite } from './suite.js';

const REPLICATIONS = 10;
const TIMEOUT_MS = 5000;

/**
 * Longest time without a success around a transfer where no put was lost, ms: its median; the least is an operation
 * (5 D and the disk), the most that is accepted is the longest gap measured and one more operation.
 */
const GAPS = [
  { delay: '0ms', medianMs: 38, leastMs: 5, mostMs: 93 + 23 },
  { delay: '45ms', medianMs: 352, leastMs: 225, mostMs: 410 + 234 },
] as const;

/** Transfers that cost the client its timeout. */
const LOST = { lost: 4, of: 10 } as const;

/** `move-leader` under a sequential client. Source: measurements of etcd 3.4.23, 5 transfers at each of two delays. */
export const leaderTransfer: Suite = {
  name: 'leader-transfer',
  summary: 'leadership is moved: mostly one longer operation, sometimes a lost put and a whole timeout',
  async run(options): Promise<SuiteResult> {
    const [cells] = await runCells(options, [{ scenario: 'reproduce/leader-transfer', replications: REPLICATIONS }]);
    const all = GAPS.flatMap(({ delay }) => gaps(cells!, delay));
    const rows = [
      row(
        withinRange({
          suite: leaderTransfer.name,
          name: 'transfers that cost a timeout',
          cell: {},
          unit: 'ratio',
          measured: LOST.lost / LOST.of,
          simulated: share(all.map((gapMs) => gapMs >= TIMEOUT_MS)),
          low: 0.1,
          high: 0.75,
          absolute: true,
        }),
      ),
      ...GAPS.map(({ delay, medianMs, leastMs, mostMs }) =>
        row(
          withinRange({
            suite: leaderTransfer.name,
            name: 'longest gap of the others, median',
            cell: { [DELAY]: delay },
            unit: 'ms',
            measured: medianMs,
            simulated: medianInterval(gaps(cells!, delay).filter((gapMs) => gapMs < TIMEOUT_MS)),
            low: leastMs,
            high: mostMs,
          }),
        ),
      ),
    ];
    const notes = [
      'A leader that hands over drops proposals; one that a follower forwarded is lost without an answer.',
    ];
    return { suite: leaderTransfer.name, skipped: undefined, rows, notes, figures: [] };
  },
};

function gaps(cells: Cells, delay: string): number[] {
  return cells.values({ [DELAY]: delay }, 'longest_gap');
}
