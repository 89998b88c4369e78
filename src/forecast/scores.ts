import { STATES, type State } from './features.js';

/** What was true and what was said, window by window. */
export interface Verdict {
  readonly truth: State;
  readonly said: State;
}

export interface ClassScore {
  readonly state: State;
  /** Windows that were truly in it. */
  readonly support: number;
  /** 0 where nothing was said to be in it, or nothing was. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Scores {
  readonly windows: number;
  readonly accuracy: number;
  /** Mean of F1 over the states that occur. */
  readonly macroF1: number;
  readonly classes: readonly ClassScore[];
  /** `confusion[truth][said]`, windows. */
  readonly confusion: readonly (readonly number[])[];
}

export function score(verdicts: readonly Verdict[]): Scores {
  const confusion = STATES.map(() => STATES.map(() => 0));
  for (const { truth, said } of verdicts) confusion[truth]![said]!++;
  const classes = STATES.map((_, state): ClassScore => {
    const hits = confusion[state]![state]!;
    const support = sum(confusion[state]!);
    const said = sum(confusion.map((row) => row[state]!));
    const precision = said === 0 ? 0 : hits / said;
    const recall = support === 0 ? 0 : hits / support;
    const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { state: state as State, support, precision, recall, f1 };
  });
  const present = classes.filter(({ support }) => support > 0);
  const right = sum(confusion.map((row, i) => row[i]!));
  return {
    windows: verdicts.length,
    accuracy: verdicts.length === 0 ? 0 : right / verdicts.length,
    macroF1: present.length === 0 ? 0 : sum(present.map(({ f1 }) => f1)) / present.length,
    classes,
    confusion,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
