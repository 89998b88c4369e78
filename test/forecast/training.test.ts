import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Streams } from '../../src/engine/index.js';
import { readModel } from '../../src/forecast/classifier.js';
import { splitByEpisode, verdictsOf } from '../../src/forecast/evaluation.js';
import { score } from '../../src/forecast/scores.js';
import { trainNetwork } from '../../src/forecast/training/dense-network.js';
import { probes } from '../../src/forecast/training/probes.js';
import { predictWithXgboost, trainXgboost } from '../../src/forecast/training/xgboost.js';
import { samplesOf } from './samples.js';

/* The trainers need their libraries; what they made is tested without them in predictions.test.ts. */

const TRAINING = fileURLToPath(new URL('../../training', import.meta.url));
const hasXgboost = spawnSync('xgboost', ['--version']).status === 0;
const hasTensorFlow = existsSync(`${TRAINING}/node_modules/@tensorflow/tfjs`);

const streams = new Streams('1');
const samples = samplesOf(streams.stream('samples'), { episodes: 24, blur: 0.5 });
const { training, unseen } = splitByEpisode(samples, 0.25, streams.stream('split'));

describe.skipIf(!hasXgboost)("XGBoost's command line (apt-get install xgboost)", () => {
  test('trains the same bytes twice; our evaluator says what it says, to 1e-6', () => {
    const text = trainXgboost(training);
    expect(trainXgboost(training)).toBe(text);
    const model = readModel(text, 'trained');
    const rows = probes(text, unseen, streams.stream('probes'));
    predictWithXgboost(text, rows).forEach((expected, i) => {
      model.probabilities(rows[i]!).forEach((probability, state) => {
        expect(Math.abs(probability - expected[state]!), rows[i]!.join(', ')).toBeLessThan(1e-6);
      });
    });
    expect(score(verdictsOf(model, unseen)).macroF1).toBeGreaterThan(0.8);
    expect(model.importance!.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
  });
});

describe.skipIf(!hasTensorFlow)('TensorFlow.js (npm install --prefix training)', () => {
  test('trains the same bytes twice; our forward pass says what it says, to 1e-6', { timeout: 120_000 }, async () => {
    const settings = { epochs: 8, batch: 32, learningRate: 0.003, seed: 1 };
    const { model: text, predict } = await trainNetwork(training, TRAINING, settings);
    expect((await trainNetwork(training, TRAINING, settings)).model).toBe(text);
    const model = readModel(text, 'trained');
    const rows = probes(text, unseen, streams.stream('network probes'));
    predict(rows).forEach((expected, i) => {
      model.probabilities(rows[i]!).forEach((probability, state) => {
        expect(Math.abs(probability - expected[state]!), rows[i]!.join(', ')).toBeLessThan(1e-6);
      });
    });
    expect(score(verdictsOf(model, unseen)).macroF1).toBeGreaterThan(0.6);
  });
});
