/**
 * AvailSim, wide area: 5 servers, one-way latency 30 to 40 ms, election timeouts 300 to 600 ms, timers fresh at the crash, no
 * disk; time until a leader is elected, ms, read off the figures' curves, 10,000 elections each.
 *
 * Source: D. Ongaro, "Consensus: Bridging Theory and Practice", Stanford 2014, chapter 9.
 */
export interface AvailsimCurve {
  readonly failed: number;
  readonly logs: 'equal' | 'different';
  /** At `SHARES`. */
  readonly timesMs: readonly number[];
}

export const SHARES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995];

export const AVAILSIM: readonly AvailsimCurve[] = [
  {
    logs: 'equal',
    failed: 0,
    timesMs: [368.1, 375.4, 386.5, 409.5, 445.7, 489.2, 525.5, 833.7, 878.8, 984.9, 1083.7],
  },
  {
    logs: 'equal',
    failed: 1,
    timesMs: [369.7, 379.5, 393.6, 423.3, 474.1, 563.0, 814.4, 1006.8, 1196.6, 1385.1, 1444.0],
  },
  {
    logs: 'equal',
    failed: 2,
    timesMs: [371.8, 386.9, 411.3, 468.7, 797.7, 1074.0, 1335.6, 1932.5, 2151.7, 2853.4, 3154.7],
  },
  {
    logs: 'different',
    failed: 0,
    timesMs: [370.5, 386.1, 416.6, 470.7, 538.8, 613.9, 653.5, 943.3, 1016.3, 1163.5, 1382.0],
  },
  {
    logs: 'different',
    failed: 1,
    timesMs: [372.3, 391.9, 429.9, 501.9, 599.4, 782.4, 962.5, 1315.3, 1481.7, 1700.1, 1792.7],
  },
  {
    logs: 'different',
    failed: 2,
    timesMs: [376.3, 416.1, 488.6, 598.6, 871.4, 1148.5, 1459.2, 2016.9, 2295.2, 2881.3, 3274.2],
  },
];

/** How far the simulated distribution function may be from a published share. */
export function largestDifference(share: number): number {
  return share >= 0.99 ? 0.005 : 0.02;
}

/**
 * Probability that the first vote has no winner, with timeouts uniform on [1, 2] and a constant latency.
 *
 * Source: the same chapter: a majority is out of reach once c servers have timed out within one latency of the first.
 *
 * @param members n
 * @param available s, those that have not failed: a majority of n at least
 * @param latency one way, in units of the shortest timeout, 0..1
 */
export function splitVoteProbability(members: number, available: number, latency: number): number {
  const candidates = available - Math.floor(members / 2) + 1;
  let sum = 0;
  for (let k = candidates - 1; k <= available; k++) {
    sum += binomial(available, k) * latency ** k * (1 - latency) ** (available - k);
  }
  return sum;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}
