import { log } from '../engine/index.js';
import { type Classifier, checkClasses, checkFeatures, featurePlaces } from './classifier.js';
import { BadModel, type ModelNode } from './model-error.js';
import { softmax } from './softmax.js';

/** The thesis's hidden layers. */
export const HIDDEN_UNITS = [128, 64, 32] as const;

interface Layer {
  /** One row an input, one column an output. */
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
}

/**
 * A dense network: standardised log(1 + rate) in, ReLU in the hidden layers, softmax over the states.
 *
 * `{ features, mean, deviation, layers: [{ weights, biases }] }`; mean and deviation are those of the logarithms over the
 * training set. Single precision, as in TensorFlow.js.
 */
export function readDenseNetwork(root: ModelNode): Classifier {
  const places = featurePlaces(root.field('features'));
  const mean = root.field('mean').numbers(places.length);
  const deviation = root.field('deviation').numbers(places.length);
  if (deviation.some((each) => each <= 0)) throw new BadModel(`${root.path}.deviation: expected numbers above 0`);
  let width = places.length;
  const layers = root.field('layers').items();
  if (layers.length === 0) throw new BadModel(`${root.path}.layers: expected at least one`);
  const read = layers.map((layer): Layer => {
    const biases = layer.field('biases').numbers().map(Math.fround);
    const rows = layer.field('weights').items();
    if (rows.length !== width) {
      throw new BadModel(`${layer.path}.weights: expected ${width} rows, found ${rows.length}`);
    }
    width = biases.length;
    return { weights: rows.map((row) => row.numbers(width).map(Math.fround)), biases };
  });
  checkClasses(width, `${root.path}.layers`);
  return {
    name: 'ann',
    probabilities(features) {
      checkFeatures(features);
      let values = places.map((place, i) => standardise(features[place]!, mean[i]!, deviation[i]!));
      read.forEach((layer, i) => {
        values = forward(layer, values);
        if (i < read.length - 1) values = values.map((value) => Math.max(0, value));
      });
      return softmax(values);
    },
  };
}

/** Rates span seven powers of ten. A counter never falls: below 0 counts as 0. */
export function standardise(rate: number, mean: number, deviation: number): number {
  return Math.fround((log(1 + Math.max(0, rate)) - mean) / deviation);
}

function forward({ weights, biases }: Layer, inputs: readonly number[]): number[] {
  return biases.map((bias, column) => {
    let sum = 0;
    for (let row = 0; row < inputs.length; row++) sum += inputs[row]! * weights[row]![column]!;
    return Math.fround(sum + bias);
  });
}
