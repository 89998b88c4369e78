import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { chosenWindows, readDataSet, samplesOf } from '../../../src/cli/data-set-file.js';
import { Streams } from '../../../src/engine/index.js';
import { type DataSet, makeDataSet } from '../../../src/experiment/forecast/index.js';
import { loadModel } from '../../../src/experiment/forecast/models.js';
import { planSessions } from '../../../src/experiment/forecast/plan.js';
import { EPISODE_SETTINGS, type EpisodeSetting } from '../../../src/forecast/episode.js';
import { evaluate, verdictsOf } from '../../../src/forecast/evaluation.js';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const REFERENCE = process.env['ETCDSIM_REFERENCE'];
const fresh = Math.floor(Math.random() * 0x7fffffff);
console.info(`forecast data set: seed ${fresh}`);

function setting(name: string): EpisodeSetting {
  return EPISODE_SETTINGS.find((each) => each.name === name)!;
}

function make(name: string, options: { episodes: number; seed?: string; jobs?: number }): Promise<DataSet> {
  const { scenario } = setting(name);
  const text = readFileSync(`${SCENARIOS}${scenario}.yaml`, 'utf8');
  return makeDataSet({
    setting: setting(name),
    seed: '1',
    jobs: 1,
    scenario: { text, fileName: `${scenario}.yaml` },
    ...options,
  });
}

/** The recording's own header. */
const RECORDED_COLUMNS =
  't_s,episode,member,leader_member,is_leader,target_member,state,delay_ms,clients,inflight_per_client,bg_puts_per_s,bg_gets_per_s,t_since_change_s,' +
  'etcd_disk_wal_write_bytes_rate_per_s_5s,etcd_network_client_grpc_sent_bytes_rate_per_s_5s,etcd_network_peer_sent_bytes_rate_per_s_5s,' +
  'etcd_server_heartbeat_send_failures_rate_per_s_5s,etcd_server_slow_apply_rate_per_s_5s,window_clean,window_nonoverlap';

describe('the plan of a data set', () => {
  test.each(['1', String(fresh)])('has every state equally often, within its severities (seed %s)', (seed) => {
    for (const { name, delayMs, clients, episodesPerSession } of EPISODE_SETTINGS.filter(
      (each) => each.regimes.length === 0,
    )) {
      const episodes = planSessions(setting(name), 8 * episodesPerSession, seed).flatMap((session) => session.episodes);
      for (const state of [0, 1, 2, 3]) {
        expect(episodes.filter((episode) => episode.state === state)).toHaveLength(2 * episodesPerSession);
      }
      for (const episode of episodes) {
        const isDelayed = episode.state === 1 || episode.state === 3;
        const isLoaded = episode.state >= 2;
        expect(episode.delayMs === 0).toBe(!isDelayed);
        expect(episode.clients === 0).toBe(!isLoaded);
        if (isDelayed) expect(episode.delayMs >= delayMs.min && episode.delayMs <= delayMs.max).toBe(true);
        if (isLoaded) expect(episode.clients >= clients.min && episode.clients <= clients.max).toBe(true);
      }
    }
  });

  test('the thesis: 5 minutes, 1000 clients with 100 reads each, a scrape every 5 s', () => {
    expect(setting('thesis')).toMatchObject({
      durationS: { min: 300, max: 300 },
      clients: { min: 1000, max: 1000 },
      readsPerClient: 100,
      valueBytes: 700_000,
      scrapeIntervalS: 5,
    });
  });

  test('further regimes: slow disk, lossy link, trouble at a follower, a leader that changes under load', () => {
    const found = planSessions(setting('regimes'), 10, '1').flatMap(({ episodes }) =>
      episodes.map(({ regime }) => regime),
    );
    expect([...new Set(found)].sort()).toEqual([
      'follower-delay',
      'follower-overload',
      'lossy-link',
      'moving-leader',
      'slow-disk',
    ]);
  });
});

describe('a data set', () => {
  let data: DataSet;
  beforeAll(async () => {
    data = await make('recorded', { episodes: 4 });
  }, 120_000);

  test("has the recording's columns, and a window a second", () => {
    const [header, ...rows] = data.windowsCsv.trim().split('\n');
    expect(header).toBe(RECORDED_COLUMNS);
    expect(rows.length).toBe(data.windows);
    expect(rows.length).toBeGreaterThan(4 * 39);
    expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([20]));
  });

  test('the same bytes from two threads, and from a second run; other ones from another seed', {
    timeout: 120_000,
  }, async () => {
    const again = await make('recorded', { episodes: 4, jobs: 2 });
    expect(again).toEqual(data);
    const other = await make('recorded', { episodes: 1, seed: '2' });
    expect(other.windowsCsv.split('\n')[10]).not.toBe(data.windowsCsv.split('\n')[10]);
  });

  test('each state shows in the counters as it did in the recording', () => {
    const samples = chosenWindows(samplesOf(data.windowsCsv, 'data'), 'clean');
    const median = (state: number, feature: number): number => {
      const values = samples.filter((each) => each.state === state).map(({ features }) => features[feature]!);
      return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    };
    const [clientBytes, slowApplies] = [1, 4];
    // forecast.md: 17 k, 14 k, 105..196 M, 24..134 M bytes/s; 0, 3.4..11, 15..290, 38..205 slow applies/s.
    for (const quiet of [0, 1]) expect(median(quiet, clientBytes)).toBeLessThan(100_000);
    expect(median(2, clientBytes)).toBeGreaterThan(50e6);
    expect(median(3, clientBytes)).toBeGreaterThan(10e6);
    expect(median(0, slowApplies)).toBeLessThan(1);
    expect(median(1, slowApplies)).toBeGreaterThan(2);
  });
});

describe.skipIf(REFERENCE === undefined)('the real recording (ETCDSIM_REFERENCE)', () => {
  test('trained on simulated data alone, XGBoost is within 0.10 of one trained on the real data', () => {
    const samples = chosenWindows(readDataSet(`${REFERENCE}/groundtruth/forecast-windows.csv`), 'clean');
    const verdicts = verdictsOf(loadModel('recorded-xgboost'), samples);
    const { scores, macroF1 } = evaluate('recorded-xgboost', verdicts, 10, new Streams('1').stream('repeats'));
    // forecast.md: real XGBoost on it, split by episode.
    const trainedOnIt = 0.931;
    expect(scores.macroF1).toBeGreaterThan(trainedOnIt - 0.1);
    expect(macroF1.mean).toBeGreaterThan(trainedOnIt - 0.1);
  });
});
