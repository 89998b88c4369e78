/** What every policy promises; docs/balancers.md says why. The ids stay, whatever is added. */
export const RULES = {
  B1: 'is one object with a name (kebab-case), a summary and a newPicker; optional members have their types',
  B2: 'pick answers complete, queue, transient-failure or drop, each with what belongs to it',
  B3: 'a completed pick names one of the ready subconnections, and it is READY at that moment',
  B4: 'nothing throws, whatever happens to the members',
  B5: 'every call of the policy returns, after a bounded number of steps',
  B6: 'no call stands in line for 20 s while a member is up and can be reached',
  B7: 'within 30 s after the last fault every call succeeds again',
  B8: 'the same seed gives the same picks',
  B9: "time and chance come from the policy's env alone",
  B10: 'what the policy is given it leaves as it is',
  B11: 'it connects, disconnects and asks only endpoints that it was given',
  B12: 'it asks no endpoint for its status more than once a second, over a run and a program',
  B13: 'its timers do not pile up: at most 50 wait at any time',
  B14: 'within 30 s after the last fault every watch is open again',
} as const;

export type RuleId = keyof typeof RULES;

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

/** How a policy broke a rule. */
export interface Violation {
  readonly rule: RuleId;
  /** What it did, and when. */
  readonly text: string;
}

/** Thrown into the run that a policy has spoilt. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`[${violation.rule}] ${RULES[violation.rule]}: ${violation.text}`);
    this.violation = violation;
  }
}
