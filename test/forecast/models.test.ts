import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Streams } from '../../src/engine/index.js';
import { classify, readModel } from '../../src/forecast/classifier.js';
import { evaluate, persistenceVerdicts, splitByEpisode, verdictsOf } from '../../src/forecast/evaluation.js';
import { COUNTERS, ReadingHistory, ratesBetween } from '../../src/forecast/features.js';
import { nearestNeighbour } from '../../src/forecast/nearest-neighbour.js';
import { score } from '../../src/forecast/scores.js';
import { fitThresholds, thresholdRule } from '../../src/forecast/threshold-rule.js';
import { samplesOf } from './samples.js';

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));
const fresh = Math.floor(Math.random() * 0x7fffffff);
console.info(`forecast: seed ${fresh}`);
const SEEDS = ['1', '20240607', String(fresh)];

function shipped(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`${MODELS}${name}.json`, 'utf8')) as Record<string, unknown>;
}

/** A copy of a shipped model with the value at `path` replaced, or taken out. */
function changed(name: string, path: readonly (string | number)[], value?: unknown): string {
  const model = shipped(name);
  let at = model as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path[path.length - 1]!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return JSON.stringify(model);
}

const TREE = ['learner', 'gradient_booster', 'model', 'trees', 0] as const;

describe('a wrong model file', () => {
  test.each([
    ['{', /^x: is no JSON$/],
    ['{}', /^x: is no model: expected "learner" \(XGBoost\), "layers" \(network\), "thresholds" or "windows"$/],
    ['{"thresholds":{"loadBytes":1}}', /^x\.thresholds\.slowApplies: missing$/],
    ['{"thresholds":{"loadBytes":-1}}', /^x\.thresholds\.loadBytes: expected a number above 0, found -1$/],
    ['{"thresholds":{"loadBytes":"NaN"}}', /^x\.thresholds\.loadBytes: expected a finite number, found "NaN"$/],
    [
      changed('thesis-xgboost', ['learner', 'objective', 'name'], 'reg:squarederror'),
      /objective\.name: expected multi:softprob/,
    ],
    [
      changed('thesis-xgboost', ['learner', 'learner_model_param', 'num_class'], '3'),
      /expected 4 classes \(idle, delay, overload, both\), found 3/,
    ],
    [
      changed('thesis-xgboost', ['learner', 'feature_names', 4], 'etcd_slow'),
      /no feature "etcd_slow"; there are etcd_disk/,
    ],
    [
      changed('thesis-xgboost', ['learner', 'feature_names'], COUNTERS.slice(0, 4)),
      /missing feature etcd_server_slow_apply_total/,
    ],
    [changed('thesis-xgboost', [...TREE, 'left_children', 0], 0), /node 0 has no proper children/],
    [changed('thesis-xgboost', [...TREE, 'split_indices', 0], 7), /split_indices\[0\]: no feature 7/],
    [
      changed('thesis-xgboost', [...TREE, 'split_conditions', 0], null),
      /split_conditions\[0\]: expected a finite number, found null/,
    ],
    [changed('thesis-xgboost', [...TREE, 'right_children']), /right_children: missing/],
    [changed('thesis-ann', ['deviation', 2], 0), /x\.deviation: expected numbers above 0/],
    [changed('thesis-ann', ['mean'], [1, 2]), /x\.mean: expected 5 numbers, found 2/],
    [changed('thesis-ann', ['layers', 1, 'weights'], [[1]]), /x\.layers\[1\]\.weights: expected 128 rows, found 1/],
    [changed('thesis-ann', ['layers'], []), /x\.layers: expected at least one/],
  ])('%# is refused with place and expectation', (text, message) => {
    expect(() => readModel(text, 'x')).toThrow(message);
  });

  test("all of the text is read as it was before it is changed: so each refusal is the change's", () => {
    for (const name of ['thesis-xgboost', 'thesis-ann', 'thesis-threshold-rule']) {
      expect(() => readModel(JSON.stringify(shipped(name)), name)).not.toThrow();
    }
  });
});

test.each(['thesis-xgboost', 'thesis-ann', 'thesis-threshold-rule'])(
  '%s refuses a missing feature and a NaN',
  (name) => {
    const model = readModel(JSON.stringify(shipped(name)), name);
    expect(() => model.probabilities([1, 2, 3, 4])).toThrow('missing feature etcd_server_slow_apply_total');
    expect(() => model.probabilities([1, 2, Number.NaN, 4, 5])).toThrow(
      'feature etcd_network_peer_sent_bytes_total: expected a finite number, found NaN',
    );
    expect(() => model.probabilities([1, Number.POSITIVE_INFINITY, 3, 4, 5])).toThrow(/client_grpc_sent.*Infinity/);
  },
);

test('rates: what fell or is missing gives none', () => {
  const reading = (atUs: number, ...values: number[]) => ({
    atUs,
    values: new Map(COUNTERS.map((counter, i) => [counter as string, values[i]!])),
  });
  expect(ratesBetween(reading(0, 0, 10, 0, 0, 0), reading(5e6, 50, 20, 0, 0, 1))).toEqual([10, 2, 0, 0, 0.2]);
  expect(ratesBetween(reading(0, 50, 0, 0, 0, 0), reading(5e6, 40, 0, 0, 0, 0))).toBeUndefined();
  expect(ratesBetween({ atUs: 0, values: new Map() }, reading(5e6, 0, 0, 0, 0, 0))).toBeUndefined();
  const history = new ReadingHistory(5e6, 0.5e6);
  history.add(reading(0, 0, 0, 0, 0, 0));
  history.add(reading(5e6, 10, 0, 0, 0, 0));
  expect(history.ratesAt(5e6)![0]).toBe(2);
  // The scrape at 10 s failed: the window that ends at 15 s has no beginning.
  history.add(reading(15e6, 20, 0, 0, 0, 0));
  expect(history.ratesAt(15e6)).toBeUndefined();
});

test('scores, worked out by hand', () => {
  const truth = [0, 0, 0, 1, 1, 2] as const;
  const said = [0, 0, 1, 1, 0, 3] as const;
  const { confusion, classes, accuracy, macroF1 } = score(truth.map((each, i) => ({ truth: each, said: said[i]! })));
  expect(confusion).toEqual([
    [2, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ]);
  expect(classes.map(({ precision, recall }) => [precision, recall])).toEqual([
    [2 / 3, 2 / 3],
    [1 / 2, 1 / 2],
    [0, 0],
    [0, 0],
  ]);
  expect(accuracy).toBeCloseTo(0.5, 12);
  // Of the three states that occur.
  expect(macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3, 12);
});

test('persistence is wrong once a change, and once at the beginning if that is not idle', () => {
  const draws = new Streams('1').stream('test');
  const samples = samplesOf(draws, { episodes: 8 });
  const wrong = persistenceVerdicts(samples).filter(({ truth, said }) => truth !== said);
  expect(wrong).toHaveLength(7);
});

describe.each(SEEDS)('seed %s', (seed) => {
  const streams = new Streams(seed);
  const samples = samplesOf(streams.stream('samples'));

  test('a split parts episodes, never windows, and both sides have every state', () => {
    const { training, unseen } = splitByEpisode(samples, 0.25, streams.stream('split'));
    const episodes = (side: readonly { episode: number }[]) => new Set(side.map(({ episode }) => episode));
    expect([...episodes(unseen)].filter((episode) => episodes(training).has(episode))).toEqual([]);
    expect(training.length + unseen.length).toBe(samples.length);
    for (const side of [training, unseen]) expect(new Set(side.map(({ state }) => state)).size).toBe(4);
  });

  test('thresholds and neighbours are fitted to what they have seen, and hold on what they have not', () => {
    const clear = samplesOf(streams.stream('clear samples'), { blur: 0.05 });
    const { training, unseen } = splitByEpisode(clear, 0.25, streams.stream('split again'));
    for (const model of [thresholdRule(fitThresholds(training)), nearestNeighbour(training)]) {
      const { macroF1 } = evaluate(model.name, verdictsOf(model, unseen), 10, streams.stream('repeats'));
      expect(macroF1.mean, model.name).toBeGreaterThan(0.95);
    }
  });

  test('the trained networks and trees know the states at their most typical', () => {
    const typical = samplesOf(streams.stream('typical'), { episodes: 4, windows: 1, blur: 0 });
    const model = readModel(JSON.stringify(shipped('recorded-xgboost')), 'recorded-xgboost');
    expect(typical.map(({ features }) => classify(model, features))).toEqual([0, 1, 2, 3]);
  });

  test('repeats spread where windows are confused, and only there', () => {
    const verdicts = verdictsOf(thresholdRule(fitThresholds(samples)), samples);
    const right = evaluate(
      'right',
      verdicts.map((verdict) => ({ ...verdict, said: verdict.truth })),
      10,
      streams.stream('a'),
    );
    expect(right.macroF1).toEqual({ mean: 1, deviation: 0 });
    // All of one of the four idle episodes taken for delayed ones.
    const wrong = verdicts.map((verdict) => ({
      ...verdict,
      said: verdict.episode === 0 ? (1 as const) : verdict.truth,
    }));
    const off = evaluate('off', wrong, 30, streams.stream('b'));
    expect(off.f1[0]!.deviation).toBeGreaterThan(0);
    expect(off.f1[2]!).toEqual({ mean: 1, deviation: 0 });
  });
});
