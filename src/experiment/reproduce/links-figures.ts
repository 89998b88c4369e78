import type { Probe, Probes } from './link-probe.js';

/** One figure of what a discipline does, and what it must be. */
export interface LinkFigure {
  readonly name: string;
  readonly unit: 'ms' | 'ratio' | 'count';
  readonly expected: number;
  /** Largest |error|: relative, for ratios absolute. */
  readonly tolerance: number;
  readonly of: (probes: readonly Probe[]) => number;
}

export interface LinkCase {
  /** `network.members.egress` as a scenario says it. */
  readonly egress: string;
  readonly probes: Probes;
  readonly figures: readonly LinkFigure[];
}

/** Far enough apart that no packet waits for another. */
const ALONE: Probes = { count: 20_000, arrivals: 'spaced', meanGapUs: 1_000_000, payloadBytes: 100 };
const PAYLOAD_BYTES = 1184;
/** With its headers a packet of 1250 bytes: 1 ms at 10 Mbit/s. */
const SERVICE_MS = 1;
const poisson = (meanGapUs: number): Probes => {
  return { count: 40_000, arrivals: 'poisson', meanGapUs, payloadBytes: PAYLOAD_BYTES };
};
const burst = (count: number): Probes => {
  return { count, arrivals: 'burst', meanGapUs: 0, payloadBytes: PAYLOAD_BYTES };
};

const delaysMs = (probes: readonly Probe[]) => probes.flatMap(({ delaysUs }) => delaysUs.map((us) => us / 1000));
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (probes: readonly Probe[], holds: (probe: Probe) => boolean) =>
  probes.reduce((count, probe) => count + Number(holds(probe)), 0) / probes.length;
const isLost = ({ delaysUs }: Probe) => delaysUs.length === 0;

function deviation(values: readonly number[]): number {
  const centre = average(values);
  return Math.sqrt(average(values.map((value) => (value - centre) ** 2)));
}

function lagOneCorrelation(values: readonly number[]): number {
  const centre = average(values);
  let covariance = 0;
  for (let i = 1; i < values.length; i++) covariance += (values[i]! - centre) * (values[i - 1]! - centre);
  return covariance / (values.length - 1) / deviation(values) ** 2;
}

function meanBurst(probes: readonly Probe[]): number {
  let bursts = 0;
  for (let i = 0; i < probes.length; i++) {
    if (isLost(probes[i]!) && (i === 0 || !isLost(probes[i - 1]!))) bursts++;
  }
  return probes.filter(isLost).length / bursts;
}

const meanDelay = (expected: number, tolerance = 0.005): LinkFigure => {
  return { name: 'mean delay', unit: 'ms', expected, tolerance, of: (probes) => average(delaysMs(probes)) };
};
const spread = (expected: number, tolerance = 0.02): LinkFigure => {
  return { name: 'standard deviation', unit: 'ms', expected, tolerance, of: (probes) => deviation(delaysMs(probes)) };
};
const correlation = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => lagOneCorrelation(delaysMs(probes));
  return { name: 'correlation with the delay before', unit: 'ratio', expected, tolerance: 0.01, of };
};
const lost = (expected: number, tolerance = 0.003): LinkFigure => {
  return { name: 'lost', unit: 'ratio', expected, tolerance, of: (probes) => share(probes, isLost) };
};
const doubled = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => share(probes, ({ delaysUs }) => delaysUs.length === 2);
  return { name: 'doubled', unit: 'ratio', expected, tolerance: 0.003, of };
};
const burstLength = (expected: number): LinkFigure => {
  return { name: 'mean burst of losses', unit: 'count', expected, tolerance: 0.04, of: meanBurst };
};
const atOnce = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => share(probes, ({ delaysUs }) => delaysUs[0] === 0);
  return { name: 'ahead of the queue', unit: 'ratio', expected, tolerance: 0.005, of };
};
/** How many packets an average one is overtaken by: those of the next `delay / gap` ones that skip the delay. */
const overtaken = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => {
    let pairs = 0;
    for (let i = 0; i < probes.length; i++) {
      const arrivalUs = probes[i]!.sentUs + probes[i]!.delaysUs[0]!;
      for (let later = i + 1; later < probes.length && probes[later]!.sentUs < arrivalUs; later++) {
        if (probes[later]!.sentUs + probes[later]!.delaysUs[0]! < arrivalUs) pairs++;
      }
    }
    return pairs / probes.length;
  };
  return { name: 'overtakers a packet', unit: 'count', expected, tolerance: 0.03, of };
};
const arrived = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => probes.filter((one) => !isLost(one)).length;
  return { name: 'arrived', unit: 'count', expected, tolerance: 0, of };
};
const lastOne = (expected: number): LinkFigure => {
  const of = (probes: readonly Probe[]) => delaysMs(probes).reduce((most, ms) => Math.max(most, ms), 0);
  return { name: 'last one out', unit: 'ms', expected, tolerance: 0.0005, of };
};

/** tc's Pareto table: 4/3 (u^(-1/3) - 3/2), cut at +4 jitters. First and second moment, in jitters. */
function cutPareto(): { readonly mean: number; readonly sd: number } {
  const cut = 32767 / 8192;
  const beyond = (1.5 + 0.75 * cut) ** -3;
  const mean = (4 / 3) * (1.5 * (1 - beyond ** (2 / 3)) - 1.5 * (1 - beyond)) + cut * beyond;
  const square =
    (16 / 9) * (3 * (1 - beyond ** (1 / 3)) - 4.5 * (1 - beyond ** (2 / 3)) + 2.25 * (1 - beyond)) + cut ** 2 * beyond;
  return { mean, sd: Math.sqrt(square - mean ** 2) };
}

/** Mean wait in the queue M/D/1 (Pollaczek, Khinchine). @param load 0..1 */
function meanWaitMs(load: number): number {
  return (load / (2 * (1 - load))) * SERVICE_MS;
}

/** Share refused where `places` are each taken for a time (Erlang's B). @param offered mean number wanted at once */
export function erlangB(offered: number, places: number): number {
  let blocked = 1;
  for (let i = 1; i <= places; i++) blocked = (offered * blocked) / (i + offered * blocked);
  return blocked;
}

const pareto = cutPareto();
const uniformSd = 10 / Math.sqrt(3);

/** Disciplines of tc-netem(8) one by one, and what the textbook says of each. */
export const LINK_CASES: readonly LinkCase[] = [
  { egress: '{delay: 50ms}', probes: ALONE, figures: [meanDelay(50, 0), lost(0, 0)] },
  { egress: '{delay: 50ms, jitter: 10ms}', probes: ALONE, figures: [meanDelay(50), spread(uniformSd), correlation(0)] },
  {
    egress: '{delay: 50ms, jitter: 10ms, distribution: normal}',
    probes: ALONE,
    figures: [meanDelay(50), spread(10)],
  },
  {
    egress: '{delay: 50ms, jitter: 10ms, distribution: pareto}',
    probes: ALONE,
    figures: [meanDelay(50 + 10 * pareto.mean), spread(10 * pareto.sd, 0.03)],
  },
  // An average of fresh and last variates: successive ones correlate as said, and spread less.
  ...[0.25, 0.75].map((ratio): LinkCase => {
    return {
      egress: `{delay: 50ms, jitter: 10ms, correlation: ${ratio * 100}%}`,
      probes: ALONE,
      figures: [meanDelay(50), spread(uniformSd * Math.sqrt((1 - ratio) / (1 + ratio)), 0.03), correlation(ratio)],
    };
  }),
  { egress: '{loss: 1%}', probes: ALONE, figures: [lost(0.01, 0.001)] },
  { egress: '{loss: 10%}', probes: ALONE, figures: [lost(0.1), burstLength(1 / 0.9)] },
  // Gilbert: the share of time in the bad state, and a geometric stay there.
  { egress: '{loss: {p: 1%, r: 20%}}', probes: ALONE, figures: [lost(1 / 21), burstLength(5)] },
  {
    egress: '{loss: {p: 2%, r: 10%, loss-in-bad: 50%, loss-in-good: 1%}}',
    probes: ALONE,
    figures: [lost((0.02 * 0.5 + 0.1 * 0.01) / 0.12, 0.005)],
  },
  { egress: '{duplicate: 5%}', probes: ALONE, figures: [doubled(0.05), lost(0, 0)] },
  // sch_netem: what is doubled and lost passes once.
  { egress: '{duplicate: 20%, loss: 10%}', probes: ALONE, figures: [lost(0.8 * 0.1), doubled(0.2 * 0.9 ** 2)] },
  {
    egress: '{delay: 50ms, reorder: 25%}',
    probes: { ...ALONE, meanGapUs: 9_000 },
    figures: [atOnce(0.25), meanDelay(0.75 * 50), overtaken(0.75 * 0.25 * 5)],
  },
  {
    egress: '{rate: 10Mbit}',
    probes: burst(1000),
    figures: [arrived(1000), lastOne(1000 * SERVICE_MS)],
  },
  ...[0.5, 0.8].map((load): LinkCase => {
    const figures = [meanDelay(SERVICE_MS + meanWaitMs(load), 0.03), lost(0, 0)];
    return { egress: '{rate: 10Mbit}', probes: poisson((SERVICE_MS * 1000) / load), figures };
  }),
  { egress: '{rate: 10Mbit, limit: 50}', probes: burst(200), figures: [arrived(50), lastOne(50 * SERVICE_MS)] },
  // Packets that wait out a delay take places in the queue: Erlang's B, whatever the jitter.
  {
    egress: '{delay: 50ms, limit: 50}',
    probes: poisson(1000),
    figures: [lost(erlangB(50, 50), 0.005)],
  },
  {
    egress: '{delay: 50ms, jitter: 20ms, limit: 40}',
    probes: poisson(1000),
    figures: [lost(erlangB(50, 40), 0.005)],
  },
];
