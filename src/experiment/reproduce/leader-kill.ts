import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval, kolmogorovSmirnov, kolmogorovSmirnovLimit, median } from '../statistics.js';
import { ELECTIONS, FIRST_PROBES, FROM_ELECTION_TO_PUT, LEADER_SEEN, LOST_TIMEOUTS } from './leader-kill-reference.js';
import { medianInterval, share, withinRange } from './ranges.js';
import { type Cells, DELAY, row, runCells, type Suite } from './suite.js';

/** Each has an election of its own. Many, since the test's limit grows with fewer, and would accept more. */
const ELECTIONS_RUN = 200;
/** For each time of the kill in the scenario; these share their elections, and differ in where the client's put is. */
const CLIENTS_RUN = 24;
/** The sequential client's, and so the least that a lost put costs. */
const TIMEOUT_MS = 5000;

const DELAYS = ['0ms', '45ms'];

const PROBES = '{kind: open-loop, operations: put, rate: 20/s, arrivals: even, timeout: 5s}';

/**
 * kill -9 of the leader: the election, and what clients see.
 *
 * Source: measurements of etcd 3.4.23 (14 kills at each of two egress delays).
 */
export const leaderKill: Suite = {
  name: 'leader-kill',
  summary: 'the leader is killed: time to the next one, split votes, and whether a client loses a whole timeout',
  async run(options): Promise<SuiteResult> {
    const once = { path: 'faults[0].at', values: ['1s'] };
    const [sequential, elections, probes] = await runCells(options, [
      { scenario: 'reproduce/leader-kill', replications: CLIENTS_RUN },
      {
        scenario: 'reproduce/leader-kill',
        set: [{ path: 'stop.after', value: '6500ms' }],
        axes: [once],
        replications: ELECTIONS_RUN,
      },
      {
        scenario: 'reproduce/leader-kill',
        set: [{ path: 'workload', value: PROBES }],
        axes: [{ path: DELAY, values: ['0ms', '15ms', '45ms'] }, once],
        replications: ELECTIONS_RUN,
      },
    ]);
    const rows = [
      medianRow('0ms', elections!),
      medianRow('15ms', probes!),
      medianRow('45ms', elections!),
      ...ELECTIONS.map(({ delay, timesMs }) => distanceRow('first leader', delay, timesMs, 0, elections!)),
      ...LEADER_SEEN.map(({ delay, timesMs, seenLaterMs }) =>
        distanceRow('leader seen by a poll', delay, timesMs, seenLaterMs, elections!),
      ),
      ...DELAYS.map((delay) => splitRow(delay, elections!)),
      row(
        withinRange({
          suite: leaderKill.name,
          name: 'sequential clients that lose a timeout',
          cell: {},
          unit: 'ratio',
          measured: LOST_TIMEOUTS.lost / LOST_TIMEOUTS.of,
          simulated: share(DELAYS.flatMap((delay) => lost(sequential!, delay))),
          low: 0.59,
          high: 0.92,
          absolute: true,
        }),
      ),
      ...FIRST_PROBES.map(({ delay, timesMs }) => probeRow(delay, timesMs, probes!)),
      ...FROM_ELECTION_TO_PUT.map((figure) => electionToPutRow(figure, probes!)),
    ];
    const notes = [
      'Distances: two-sample Kolmogorov-Smirnov, accepted up to the 5 % limit. The poll saw a leader later than the',
      "member's own log by what runs with both say. Split votes: elections that took more than one term.",
      `Clients that lose a timeout, by delay: ${DELAYS.map((delay) => lossNote(delay, sequential!)).join(', ')}.`,
    ];
    return { suite: leaderKill.name, skipped: undefined, rows, notes, figures: [outageFigure(sequential!)] };
  },
};

function newLeader(cells: Cells, delay: string): number[] {
  return cells.values({ [DELAY]: delay }, 'after_fault_new_leader');
}

function lost(cells: Cells, delay: string): boolean[] {
  return cells.values({ [DELAY]: delay }, 'longest_gap').map((gapMs) => gapMs >= TIMEOUT_MS);
}

function lossNote(delay: string, cells: Cells): string {
  return `${delay} ${(share(lost(cells, delay)).mean * 100).toFixed(0)} %`;
}

function medianRow(delay: string, cells: Cells): ReproduceRow {
  const measured = ELECTIONS.find((each) => each.delay === delay);
  return row(
    withinRange({
      suite: leaderKill.name,
      name: 'median time to a new leader',
      cell: { [DELAY]: delay },
      unit: 'ms',
      measured: measured === undefined ? 1450 : median(measured.timesMs),
      simulated: medianInterval(newLeader(cells, delay)),
      low: 1000,
      high: 1900,
    }),
  );
}

function distanceRow(
  what: string,
  delay: string,
  measuredMs: readonly number[],
  laterMs: number,
  cells: Cells,
): ReproduceRow {
  const simulatedMs = newLeader(cells, delay).map((timeMs) => timeMs + laterMs);
  return row({
    suite: leaderKill.name,
    name: `distance of ${what}`,
    cell: { [DELAY]: delay },
    unit: 'ratio',
    measured: 0,
    simulated: kolmogorovSmirnov(simulatedMs, measuredMs),
    tolerance: kolmogorovSmirnovLimit(simulatedMs.length, measuredMs.length),
    absolute: true,
    // docs/model.md, "Where it is off".
    known: true,
  });
}

function splitRow(delay: string, cells: Cells): ReproduceRow {
  const terms = cells.values({ [DELAY]: delay }, 'after_fault_terms_to_leader');
  const { split, of } = ELECTIONS.find((each) => each.delay === delay)!.votes;
  return row(
    withinRange({
      suite: leaderKill.name,
      name: 'split votes',
      cell: { [DELAY]: delay },
      unit: 'ratio',
      measured: split / of,
      simulated: share(terms.map((count) => count > 1)),
      low: 0,
      high: 0.25,
      absolute: true,
    }),
  );
}

function probeRow(delay: string, measuredMs: readonly number[], cells: Cells): ReproduceRow {
  const simulatedMs = cells.values({ [DELAY]: delay }, 'after_fault_first_success');
  return row({
    suite: leaderKill.name,
    name: 'distance of first success of probes',
    cell: { [DELAY]: delay },
    unit: 'ratio',
    measured: 0,
    simulated: kolmogorovSmirnov(simulatedMs, measuredMs),
    tolerance: kolmogorovSmirnovLimit(simulatedMs.length, measuredMs.length),
    absolute: true,
    known: true,
  });
}

function electionToPutRow(
  { delay, medianMs, minMs, maxMs }: (typeof FROM_ELECTION_TO_PUT)[number],
  cells: Cells,
): ReproduceRow {
  const leaders = newLeader(cells, delay);
  const puts = cells.values({ [DELAY]: delay }, 'after_fault_first_success');
  // Paired by run: all of them have both, or the pairs would not be what they seem.
  if (leaders.length !== puts.length) throw new Error(`${delay}: a run with a leader and no put`);
  return row(
    withinRange({
      suite: leaderKill.name,
      name: 'from the election to the first put, median',
      cell: { [DELAY]: delay },
      unit: 'ms',
      measured: medianMs,
      simulated: medianInterval(puts.map((timeMs, i) => timeMs - leaders[i]!)),
      low: minMs,
      high: maxMs,
    }),
  );
}

function outageFigure(cells: Cells): SuiteResult['figures'][number] {
  const mean = (delay: string, kept: boolean): number => {
    const gaps = cells.values({ [DELAY]: delay }, 'longest_gap');
    const some = gaps.filter((gapMs) => gapMs >= TIMEOUT_MS === kept);
    return some.length === 0 ? 0 : confidenceInterval(some).mean / 1000;
  };
  return {
    name: 'leader-kill',
    figure: {
      title: 'Longest time without a success, one sequential client',
      yLabel: 'mean (s)',
      groups: DELAYS,
      series: [
        { name: 'put survives', values: DELAYS.map((delay) => mean(delay, false)) },
        { name: 'put is lost', values: DELAYS.map((delay) => mean(delay, true)) },
      ],
    },
  };
}
