import type { Stream } from '../../engine/index.js';
import type { Sample } from '../data-set.js';
import { COUNTERS, type Features } from '../features.js';

const WINDOWS = 60;
const AT_BORDERS = 60;
const MIXED = 20;
const FAR_OFF = 20;

/**
 * Rows on which a model is held against its library: windows that it has not seen, some of them with a value moved onto a
 * border of a tree (where a double would take the other branch than a float), some mixed from two windows, which leave a model
 * in doubt, and rates far off any window.
 */
export function probes(model: string, unseen: readonly Sample[], draws: Stream): Features[] {
  const windows = Array.from({ length: WINDOWS }, () => draws.pickFrom(unseen).features);
  const borders = bordersOf(model);
  const atBorders = Array.from({ length: borders.length > 0 ? AT_BORDERS : 0 }, () => {
    const { feature, value } = draws.pickFrom(borders);
    return draws.pickFrom(unseen).features.map((each, i) => (i === feature ? value : each));
  });
  const mixed = Array.from({ length: MIXED }, () => {
    const [one, other] = [draws.pickFrom(unseen).features, draws.pickFrom(unseen).features];
    return one.map((rate, i) => (draws.chance(0.5) ? rate : other[i]!));
  });
  const farOff = Array.from({ length: FAR_OFF }, () => COUNTERS.map(() => draws.uniform() * 10 ** draws.below(11)));
  return [...windows, ...atBorders, ...mixed, ...farOff];
}

interface Border {
  readonly feature: number;
  readonly value: number;
}

interface XgboostTree {
  readonly left_children: readonly number[];
  readonly split_indices: readonly number[];
  readonly split_conditions: readonly number[];
}

/** Where the trees of an XGBoost model split; none in a network. */
function bordersOf(model: string): Border[] {
  const { learner } = JSON.parse(model) as {
    readonly learner?: { readonly gradient_booster: { readonly model: { readonly trees: readonly XgboostTree[] } } };
  };
  return (learner?.gradient_booster.model.trees ?? []).flatMap((tree) =>
    tree.left_children.flatMap((child, i) =>
      child === -1 ? [] : [{ feature: tree.split_indices[i]!, value: Math.fround(tree.split_conditions[i]!) }],
    ),
  );
}

/** A row of features and of probabilities each, with a header. */
export function predictionCsv(rows: readonly Features[], probabilities: readonly (readonly number[])[]): string {
  const header = [...COUNTERS, 'p0', 'p1', 'p2', 'p3'].join(',');
  return `${[header, ...rows.map((row, i) => [...row, ...probabilities[i]!].join(','))].join('\n')}\n`;
}
