import type { Stream } from '../engine/index.js';
import { type Classifier, classify } from './classifier.js';
import { episodesOf, type Sample } from './data-set.js';
import { COUNTERS, type State } from './features.js';
import { type Scores, score, type Verdict } from './scores.js';

/** What was said of one window. */
export interface SampleVerdict extends Verdict {
  readonly episode: number;
}

export interface Spread {
  readonly mean: number;
  /** Standard deviation over the repeats. */
  readonly deviation: number;
}

export interface Evaluation {
  readonly name: string;
  /** On all windows. */
  readonly scores: Scores;
  /** Over the repeats: F1 by state, and their mean. */
  readonly f1: readonly Spread[];
  readonly macroF1: Spread;
}

export function verdictsOf(classifier: Classifier, samples: readonly Sample[]): SampleVerdict[] {
  return samples.map(({ episode, state, features }) => ({
    episode,
    truth: state,
    said: classify(classifier, features),
  }));
}

/** Says of each window what was true of the one before: good while nothing changes, and nothing that a loop could know. */
export function persistenceVerdicts(samples: readonly Sample[]): SampleVerdict[] {
  return samples.map(({ episode, state }, i) => ({ episode, truth: state, said: samples[i - 1]?.state ?? 0 }));
}

/**
 * Scores with their spread over repeats. Each repeat draws as many episodes as there are, with replacement, state by state:
 * windows of one episode resemble each other, so that drawing windows would make the spread too small.
 */
export function evaluate(name: string, verdicts: readonly SampleVerdict[], repeats: number, draws: Stream): Evaluation {
  const byEpisode = new Map<number, SampleVerdict[]>();
  for (const verdict of verdicts) {
    const of = byEpisode.get(verdict.episode);
    if (of === undefined) byEpisode.set(verdict.episode, [verdict]);
    else of.push(verdict);
  }
  const groups = ([0, 1, 2, 3] as const).map((state) => [...byEpisode.values()].filter((of) => of[0]!.truth === state));
  const drawn = Array.from({ length: repeats }, () =>
    score(groups.flatMap((group) => group.flatMap(() => draws.pickFrom(group)))),
  );
  return evaluationOf(name, score(verdicts), drawn);
}

/** From scores of repeats that were made otherwise: by training anew. */
export function evaluationOf(name: string, scores: Scores, repeats: readonly Scores[]): Evaluation {
  const of = (value: (each: Scores) => number): Spread =>
    spread(repeats.length > 0 ? repeats.map(value) : [value(scores)]);
  return {
    name,
    scores,
    f1: scores.classes.map((_, i) => of(({ classes }) => classes[i]!.f1)),
    macroF1: of(({ macroF1 }) => macroF1),
  };
}

/** How much macro F1 falls when one feature's values are dealt out anew among the windows. */
export function permutationImportance(classifier: Classifier, samples: readonly Sample[], draws: Stream): number[] {
  const whole = score(verdictsOf(classifier, samples)).macroF1;
  return COUNTERS.map((_, feature) => {
    const dealt = draws.shuffled(samples.map(({ features }) => features[feature]!));
    const mixed = samples.map((sample, i) => ({
      ...sample,
      features: sample.features.map((value, place) => (place === feature ? dealt[i]! : value)),
    }));
    return whole - score(verdictsOf(classifier, mixed)).macroF1;
  });
}

export interface Split {
  readonly training: readonly Sample[];
  readonly unseen: readonly Sample[];
}

/** By episode, never by window; of every state the same share, and at least one episode on either side if there are two. */
export function splitByEpisode(samples: readonly Sample[], unseenShare: number, draws: Stream): Split {
  const stateOf = new Map<number, State>(samples.map(({ episode, state }) => [episode, state]));
  const unseen = new Set<number>();
  for (const state of [0, 1, 2, 3] as const) {
    const of = draws.shuffled(episodesOf(samples).filter((episode) => stateOf.get(episode) === state));
    const count = Math.min(Math.max(Math.round(of.length * unseenShare), 1), of.length - 1);
    for (const episode of of.slice(0, Math.max(count, 0))) unseen.add(episode);
  }
  return {
    training: samples.filter(({ episode }) => !unseen.has(episode)),
    unseen: samples.filter(({ episode }) => unseen.has(episode)),
  };
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
