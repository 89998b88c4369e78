import { type Classifier, checkFeatures } from './classifier.js';
import type { Sample } from './data-set.js';
import type { Features, State } from './features.js';
import { BadModel, type ModelNode } from './model-error.js';

const CLIENT_BYTES = 1;
const SLOW_APPLIES = 4;

/** Three borders, which is all that a person would write into an alert. */
export interface Thresholds {
  /** Client bytes/s from which a leader is under load. */
  readonly loadBytes: number;
  /** Slow applies/s from which one without load is delayed. */
  readonly slowApplies: number;
  /** Client bytes/s below which one under load is delayed as well. */
  readonly delayedBytes: number;
}

/** Loaded or not by client bytes; delayed by slow applies without load, and by a lower throughput with it. */
export function thresholdRule({ loadBytes, slowApplies, delayedBytes }: Thresholds): Classifier {
  return {
    name: 'threshold-rule',
    probabilities(features) {
      checkFeatures(features);
      const state = stateOf(features);
      return [0, 1, 2, 3].map((each) => (each === state ? 1 : 0));
    },
  };

  function stateOf(features: Features): State {
    const bytes = features[CLIENT_BYTES]!;
    if (bytes < loadBytes) return features[SLOW_APPLIES]! >= slowApplies ? 1 : 0;
    return bytes < delayedBytes ? 3 : 2;
  }
}

/** Reads `{ thresholds: { loadBytes, slowApplies, delayedBytes } }`. @throws BadModel */
export function readThresholdRule(root: ModelNode): Classifier {
  const node = root.field('thresholds');
  const above0 = (name: string): number => {
    const value = node.field(name).number();
    if (value <= 0) throw new BadModel(`${node.path}.${name}: expected a number above 0, found ${value}`);
    return value;
  };
  return thresholdRule({
    loadBytes: above0('loadBytes'),
    slowApplies: above0('slowApplies'),
    delayedBytes: above0('delayedBytes'),
  });
}

/** Each border where it errs least on the samples: in the middle between two values that stand side by side. */
export function fitThresholds(samples: readonly Sample[]): Thresholds {
  const loaded = (state: State): boolean => state >= 2;
  const delayed = (state: State): boolean => state === 1 || state === 3;
  const quiet = samples.filter(({ state }) => !loaded(state));
  const busy = samples.filter(({ state }) => loaded(state));
  const pairs = (of: readonly Sample[], feature: number, isAbove: (state: State) => boolean): Labelled[] =>
    of.map(({ features, state }) => ({ value: features[feature]!, above: isAbove(state) }));
  return {
    loadBytes: bestBorder(pairs(samples, CLIENT_BYTES, loaded)),
    slowApplies: bestBorder(pairs(quiet, SLOW_APPLIES, delayed)),
    delayedBytes: bestBorder(pairs(busy, CLIENT_BYTES, (state) => !delayed(state))),
  };
}

interface Labelled {
  readonly value: number;
  readonly above: boolean;
}

function bestBorder(labelled: readonly Labelled[]): number {
  const sorted = [...labelled].sort((a, b) => a.value - b.value);
  let errors = sorted.filter(({ above }) => !above).length;
  let fewest = errors;
  let border = (sorted[0]?.value ?? 1) / 2;
  sorted.forEach(({ value, above }, i) => {
    errors += above ? 1 : -1;
    const next = sorted[i + 1]?.value;
    if (next === undefined || next === value || errors >= fewest) return;
    fewest = errors;
    border = (value + next) / 2;
  });
  return border > 0 ? border : Number.MIN_VALUE;
}
