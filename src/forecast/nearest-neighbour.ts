import { type Classifier, checkFeatures } from './classifier.js';
import type { Sample } from './data-set.js';
import { standardise } from './dense-network.js';
import type { Features } from './features.js';
import { standardisation } from './standardisation.js';

const NEIGHBOURS = 5;

/** The five most similar windows of the training set vote; similar means near in the standardised logarithms of the rates. */
export function nearestNeighbour(training: readonly Sample[]): Classifier {
  const { mean, deviation } = standardisation(training);
  const place = (features: Features): number[] => features.map((rate, i) => standardise(rate, mean[i]!, deviation[i]!));
  const known = training.map(({ features, state }) => ({ at: place(features), state }));
  return {
    name: 'nearest-neighbour',
    probabilities(features) {
      checkFeatures(features);
      const here = place(features);
      const distances = known.map(({ at, state }, order) => ({ state, order, distance: squares(at, here) }));
      distances.sort((a, b) => a.distance - b.distance || a.order - b.order);
      const votes = [0, 0, 0, 0];
      const nearest = distances.slice(0, NEIGHBOURS);
      for (const { state } of nearest) votes[state]! += 1 / nearest.length;
      return votes;
    },
  };
}

function squares(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}
