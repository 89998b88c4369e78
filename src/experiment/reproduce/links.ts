import type { SuiteResult } from '../result.js';
import { confidenceInterval } from '../statistics.js';
import { probe } from './link-probe.js';
import { LINK_CASES, type LinkCase } from './links-figures.js';
import { breathe, shippedScenario } from './shipped-scenario.js';
import { row, type Suite, type SuiteOptions } from './suite.js';

const SCENARIO = 'reproduce/links';
const EGRESS = 'network.members.egress';
const REPLICATIONS = 8;

/** What queueing disciplines do to single packets. */
export const links: Suite = {
  name: 'links',
  summary: 'jitter, correlation, loss, bursts, duplicates, reordering, rate and queue limit against their closed forms',
  async run(options): Promise<SuiteResult> {
    const rows = [];
    for (const [i, one] of LINK_CASES.entries()) {
      rows.push(...rowsOf(options, one));
      options.onProgress?.(i + 1, LINK_CASES.length);
      await breathe();
    }
    const notes = [
      'Measured stands for worked out: moments of the distributions, geometric bursts, the M/D/1 queue (rate), Erlang B (limit).',
    ];
    return { suite: links.name, skipped: undefined, rows, notes, figures: [] };
  },
};

function rowsOf(options: SuiteOptions, { egress, probes, figures }: LinkCase) {
  const scenario = shippedScenario(options, SCENARIO, [{ path: EGRESS, value: egress }]);
  const runs = Array.from({ length: REPLICATIONS }, (_, i) => probe(scenario, `${scenario.seed}/${i}`, probes));
  return figures.map(({ name, unit, expected, tolerance, of }) =>
    row({
      suite: links.name,
      name: `${name}${arrivalsText(probes)}`,
      cell: { [EGRESS]: egress },
      unit,
      measured: expected,
      simulated: confidenceInterval(runs.map(of)),
      tolerance,
      absolute: unit === 'ratio',
    }),
  );
}

function arrivalsText({ arrivals, count, meanGapUs }: LinkCase['probes']): string {
  if (arrivals === 'burst') return ` of ${count} sent at once`;
  return arrivals === 'poisson' ? `, ${Math.round(1e6 / meanGapUs)} packets/s at random` : '';
}
