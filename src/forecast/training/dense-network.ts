import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Streams } from '../../engine/index.js';
import type { Sample } from '../data-set.js';
import { HIDDEN_UNITS, standardise } from '../dense-network.js';
import { COUNTERS, STATES } from '../features.js';
import { type Standardisation, standardisation } from '../standardisation.js';
import { NoTrainer } from './xgboost.js';

export interface NetworkSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

export const NETWORK_SETTINGS: NetworkSettings = { epochs: 30, batch: 64, learningRate: 0.001, seed: 1 };

/** What we use of TensorFlow.js, which is no part of the main install. */
interface Tensor {
  dataSync(): Float32Array;
  readonly shape: readonly number[];
  dispose(): void;
}
interface Model {
  add(layer: unknown): void;
  compile(how: object): void;
  fit(x: Tensor, y: Tensor, how: object): Promise<unknown>;
  predict(x: Tensor): Tensor;
  readonly layers: readonly { getWeights(): readonly Tensor[] }[];
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  sequential(): Model;
  tensor2d(rows: readonly (readonly number[])[]): Tensor;
  readonly layers: { dense(how: object): unknown };
  readonly initializers: { glorotUniform(how: object): unknown };
  readonly train: { adam(rate: number): unknown };
}

export interface TrainedNetwork {
  /** In the form that `readDenseNetwork` takes. */
  readonly model: string;
  /** What TensorFlow.js itself says, one row of probabilities a row of features. */
  readonly predict: (features: readonly (readonly number[])[]) => number[][];
}

/**
 * Trains the thesis's 128-64-32 network with TensorFlow.js, in plain JavaScript (its `cpu` backend), with fixed seeds.
 *
 * @param folder that TensorFlow.js was installed in: `npm install --prefix training`
 * @throws NoTrainer
 */
export async function trainNetwork(
  samples: readonly Sample[],
  folder: string,
  settings: NetworkSettings = NETWORK_SETTINGS,
): Promise<TrainedNetwork> {
  const tf = await tensorFlow(folder);
  const scale = standardisation(samples);
  const model = tf.sequential();
  const widths = [...HIDDEN_UNITS, STATES.length];
  widths.forEach((units, i) => {
    model.add(
      tf.layers.dense({
        units,
        activation: i < HIDDEN_UNITS.length ? 'relu' : 'softmax',
        kernelInitializer: tf.initializers.glorotUniform({ seed: settings.seed * 100 + i }),
        ...(i === 0 ? { inputShape: [COUNTERS.length] } : {}),
      }),
    );
  });
  model.compile({ optimizer: tf.train.adam(settings.learningRate), loss: 'categoricalCrossentropy' });
  // TensorFlow.js shuffles by Math.random: we do it ourselves.
  const draws = new Streams(String(settings.seed)).stream('forecast/training/order');
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const shuffled = draws.shuffled(samples);
    const x = tf.tensor2d(shuffled.map(({ features }) => inputs(features, scale)));
    const y = tf.tensor2d(shuffled.map(({ state }) => STATES.map((_, i) => (i === state ? 1 : 0))));
    await model.fit(x, y, { epochs: 1, batchSize: settings.batch, shuffle: false, verbose: 0 });
    x.dispose();
    y.dispose();
  }
  return {
    model: serialised(model, scale),
    predict(features) {
      const values = model.predict(tf.tensor2d(features.map((row) => inputs(row, scale)))).dataSync();
      return features.map((_, i) => [...values.slice(i * STATES.length, (i + 1) * STATES.length)]);
    },
  };
}

function inputs(features: readonly number[], { mean, deviation }: Standardisation): number[] {
  return features.map((rate, i) => standardise(rate, mean[i]!, deviation[i]!));
}

function serialised(model: Model, { mean, deviation }: Standardisation): string {
  const layers = model.layers.map((layer) => {
    const [kernel, bias] = layer.getWeights();
    const values = kernel!.dataSync();
    const [rows, columns] = kernel!.shape as [number, number];
    const weights = Array.from({ length: rows }, (_, row) =>
      [...values.slice(row * columns, (row + 1) * columns)].map(short),
    );
    return { weights, biases: [...bias!.dataSync()].map(short) };
  });
  return `${JSON.stringify({ features: COUNTERS, mean, deviation, layers })}\n`;
}

/** A single-precision number in the fewest digits that give it back. */
function short(value: number): number {
  return Number(value.toPrecision(9));
}

async function tensorFlow(folder: string): Promise<TensorFlow> {
  const tf = loadFrom(join(folder, 'package.json')) ?? loadFrom(import.meta.url);
  if (tf === undefined) {
    throw new NoTrainer(
      `TensorFlow.js is installed neither in ${folder} nor beside etcdsim: npm install --prefix training, or npm install @tensorflow/tfjs@4.22.0`,
    );
  }
  await tf.setBackend('cpu');
  await tf.ready();
  return tf;
}

/** @param from a file: what it could import */
function loadFrom(from: string): TensorFlow | undefined {
  try {
    return createRequire(from)('@tensorflow/tfjs') as TensorFlow;
  } catch {
    return undefined;
  }
}
