import { readDenseNetwork } from './dense-network.js';
import { COUNTERS, type Features, STATES, type State } from './features.js';
import { BadModel, ModelNode } from './model-error.js';
import { readNearestNeighbour } from './nearest-neighbour.js';
import { readThresholdRule } from './threshold-rule.js';
import { readXgboostModel } from './xgboost-model.js';

/** Says which state a leader with these rates is in. */
export interface Classifier {
  readonly name: string;
  /**
   * One probability a state, summing up to 1.
   *
   * @param features in the order of `COUNTERS`
   * @throws BadModel if one is missing or no finite number
   */
  probabilities(features: Features): readonly number[];
  /** How much each feature counts, summing up to 1, where the kind of model says so. */
  readonly importance?: readonly number[];
}

/**
 * Reads a model file: XGBoost's own JSON, a dense network, a threshold rule, or windows to compare with.
 *
 * @param name of the file, for messages
 * @throws BadModel
 */
export function readModel(text: string, name: string): Classifier {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new BadModel(`${name}: is no JSON`);
  }
  const root = new ModelNode(data, name);
  if (root.has('learner')) return readXgboostModel(root);
  if (root.has('layers')) return readDenseNetwork(root);
  if (root.has('thresholds')) return readThresholdRule(root);
  if (root.has('windows')) return readNearestNeighbour(root);
  throw new BadModel(
    `${name}: is no model: expected "learner" (XGBoost), "layers" (network), "thresholds" or "windows"`,
  );
}

/** The likeliest state; of equals the lowest. */
export function classify(classifier: Classifier, features: Features): State {
  const probabilities = classifier.probabilities(features);
  let best = 0;
  for (let i = 1; i < probabilities.length; i++) if (probabilities[i]! > probabilities[best]!) best = i;
  return best as State;
}

/**
 * Where each of a model's features stands among ours.
 *
 * @throws BadModel for a feature that we do not have, or one of ours that it lacks
 */
export function featurePlaces(names: ModelNode): number[] {
  const wanted = names.items();
  const places = wanted.map((node) => {
    const name = node.text();
    const place = (COUNTERS as readonly string[]).indexOf(name);
    if (place < 0) throw new BadModel(`${node.path}: no feature "${name}"; there are ${COUNTERS.join(', ')}`);
    return place;
  });
  COUNTERS.forEach((counter, i) => {
    if (!places.includes(i)) throw new BadModel(`${names.path}: missing feature ${counter}`);
  });
  if (places.length !== COUNTERS.length) throw new BadModel(`${names.path}: a feature stands there twice`);
  return places;
}

/** @throws BadModel for what is no finite number, or too few of them */
export function checkFeatures(features: Features): void {
  COUNTERS.forEach((counter, i) => {
    const value = features[i];
    if (value === undefined) throw new BadModel(`missing feature ${counter}`);
    if (!Number.isFinite(value)) throw new BadModel(`feature ${counter}: expected a finite number, found ${value}`);
  });
}

/** @throws BadModel unless a model has one output a state */
export function checkClasses(count: number, path: string): void {
  if (count !== STATES.length) {
    throw new BadModel(`${path}: expected ${STATES.length} classes (${STATES.join(', ')}), found ${count}`);
  }
}
