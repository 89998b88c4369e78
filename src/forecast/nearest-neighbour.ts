import { type Classifier, checkFeatures, featurePlaces } from './classifier.js';
import type { Sample } from './data-set.js';
import { standardise } from './dense-network.js';
import { COUNTERS, type Features, type State } from './features.js';
import { BadModel, type ModelNode } from './model-error.js';
import { standardisation } from './standardisation.js';

const NEIGHBOURS = 5;

interface Known {
  readonly features: Features;
  readonly state: State;
}

/** The five most similar windows vote; similar means near in the standardised logarithms of the rates. */
export function nearestNeighbour(training: readonly Known[]): Classifier {
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

/** Reads `{ features, windows: [[state, rate, ...], ...] }`. @throws BadModel */
export function readNearestNeighbour(root: ModelNode): Classifier {
  const places = featurePlaces(root.field('features'));
  const windows = root.field('windows').items();
  if (windows.length < NEIGHBOURS) {
    throw new BadModel(`${root.path}.windows: expected at least ${NEIGHBOURS}, found ${windows.length}`);
  }
  return nearestNeighbour(
    windows.map((window) => {
      const [state, ...rates] = window.numbers(places.length + 1);
      if (state !== 0 && state !== 1 && state !== 2 && state !== 3) window.wrong('a state of 0 to 3 first');
      const features = COUNTERS.map((_, i) => rates[places.indexOf(i)]!);
      return { state: state as State, features };
    }),
  );
}

/** The windows as a model: those that do not overlap, which say as much. */
export function neighboursText(training: readonly Sample[]): string {
  const windows = training.filter(({ apart }) => apart).map(({ state, features }) => [state, ...features]);
  return `${JSON.stringify({ features: COUNTERS, windows })}\n`;
}

function squares(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}
