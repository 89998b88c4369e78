import type { Episode } from '../../forecast/episode.js';
import { EPISODE_SETTINGS } from '../../forecast/episode.js';
import { LEAD_IN_S } from '../forecast/plan.js';
import { runSession } from '../forecast/session.js';
import type { ReproduceRow, SuiteResult } from '../result.js';
import { confidenceInterval } from '../statistics.js';
import { breathe, shippedScenario } from './shipped-scenario.js';
import { row, type Suite, type SuiteOptions } from './suite.js';
import { factorTolerance } from './throughput.js';

const REPLICATIONS = 2;
/** In the columns of data sets: overload, and overload of a delayed leader. */
const [OVERLOAD, BOTH] = [2, 3] as const;

/** forecast-episodes.csv, the loaded ones: gets of 700 kB a second, how long one took, and what went on beside them. */
const MEASURED = [
  {
    delayMs: 0,
    clients: 41,
    inFlight: 1,
    backgroundPutsPerSec: 23.8,
    backgroundGetsPerSec: 24.0,
    lastedS: 52.1,
    getsPerSec: 170.4,
    meanMs: 236.4,
  },
  {
    delayMs: 0,
    clients: 103,
    inFlight: 1,
    backgroundPutsPerSec: 28.8,
    backgroundGetsPerSec: 17.9,
    lastedS: 46.2,
    getsPerSec: 213.9,
    meanMs: 470.6,
  },
  {
    delayMs: 0,
    clients: 124,
    inFlight: 1,
    backgroundPutsPerSec: 14.6,
    backgroundGetsPerSec: 24.0,
    lastedS: 54.1,
    getsPerSec: 221.7,
    meanMs: 550.2,
  },
  {
    delayMs: 0,
    clients: 158,
    inFlight: 1,
    backgroundPutsPerSec: 19.3,
    backgroundGetsPerSec: 22.6,
    lastedS: 41.1,
    getsPerSec: 232.3,
    meanMs: 662.7,
  },
  {
    delayMs: 0,
    clients: 171,
    inFlight: 1,
    backgroundPutsPerSec: 18.7,
    backgroundGetsPerSec: 23.9,
    lastedS: 54.1,
    getsPerSec: 196.7,
    meanMs: 851.4,
  },
  {
    delayMs: 0,
    clients: 107,
    inFlight: 2,
    backgroundPutsPerSec: 18.9,
    backgroundGetsPerSec: 22.8,
    lastedS: 46.1,
    getsPerSec: 219.1,
    meanMs: 960.1,
  },
  {
    delayMs: 130,
    clients: 58,
    inFlight: 2,
    backgroundPutsPerSec: 25.2,
    backgroundGetsPerSec: 20.5,
    lastedS: 59.1,
    getsPerSec: 158.5,
    meanMs: 718.4,
  },
  {
    delayMs: 280,
    clients: 84,
    inFlight: 2,
    backgroundPutsPerSec: 19.6,
    backgroundGetsPerSec: 18.1,
    lastedS: 53.1,
    getsPerSec: 116.7,
    meanMs: 1397.3,
  },
  {
    delayMs: 320,
    clients: 91,
    inFlight: 1,
    backgroundPutsPerSec: 21.9,
    backgroundGetsPerSec: 20.6,
    lastedS: 56.2,
    getsPerSec: 73.2,
    meanMs: 1195.9,
  },
  // This leader lost its post after 42 s, so how many gets there were says little.
  {
    delayMs: 390,
    clients: 193,
    inFlight: 2,
    backgroundPutsPerSec: 26.2,
    backgroundGetsPerSec: 20.7,
    lastedS: 48.3,
    getsPerSec: undefined,
    meanMs: 2447.7,
  },
] as const;

type Measured = (typeof MEASURED)[number];

/** A leader that is read from by many at once, delayed or not. Source: measurements of etcd 3.4.23. */
export const loadedEpisodes: Suite = {
  name: 'loaded-episodes',
  summary:
    'large reads at the leader, 41 to 386 at a time, with delays of 0 to 390 ms: how many, and how long each takes',
  async run(options): Promise<SuiteResult> {
    const rows: ReproduceRow[] = [];
    for (const [i, measured] of MEASURED.entries()) {
      rows.push(...rowsOf(measured, options));
      options.onProgress?.(i + 1, MEASURED.length);
      await breathe();
    }
    const notes = ['Accepted: within a factor 1.4. Source: forecast-episodes.csv.'];
    return { suite: loadedEpisodes.name, skipped: undefined, rows, notes, figures: [] };
  },
};

function rowsOf(measured: Measured, options: SuiteOptions): ReproduceRow[] {
  const records = Array.from({ length: REPLICATIONS }, (_, replication) => run(measured, options, replication));
  const cell = {
    delay: `${measured.delayMs}ms`,
    clients: String(measured.clients),
    'in-flight': String(measured.inFlight),
  };
  const figure = (name: string, unit: string, value: number, values: readonly number[]): ReproduceRow => {
    const simulated = confidenceInterval(values);
    const tolerance = factorTolerance(simulated.mean, value, 1.4);
    return row({ suite: loadedEpisodes.name, name, cell, unit, measured: value, simulated, tolerance });
  };
  const latency = figure(
    'latency',
    'ms',
    measured.meanMs,
    records.map(({ meanMs }) => meanMs),
  );
  if (measured.getsPerSec === undefined) return [latency];
  return [
    figure(
      'gets',
      '1/s',
      measured.getsPerSec,
      records.map(({ gets }) => gets / measured.lastedS),
    ),
    latency,
  ];
}

function run(measured: Measured, options: SuiteOptions, replication: number): { gets: number; meanMs: number } {
  const setting = EPISODE_SETTINGS.find(({ name }) => name === 'recorded')!;
  const scenario = shippedScenario(options, setting.scenario);
  const { delayMs, clients, inFlight, lastedS } = measured;
  const episode: Episode = {
    episode: 0,
    state: delayMs > 0 ? BOTH : OVERLOAD,
    regime: 'none',
    startS: LEAD_IN_S,
    endS: LEAD_IN_S + lastedS,
    delayMs,
    clients,
    inFlight,
    putsPerSec: measured.backgroundPutsPerSec,
    getsPerSec: measured.backgroundGetsPerSec,
  };
  const seed = `${scenario.seed}/loaded-episodes/${replication}`;
  return runSession(scenario, setting, { number: 0, episodes: [episode] }, seed).records[0]!;
}
