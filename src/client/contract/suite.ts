import { Streams } from '../../engine/index.js';
import type { PickerPolicy } from '../policy.js';
import type { Surroundings } from './guard.js';
import { RULE_IDS, RULES, type RuleId, type Violation } from './rules.js';
import { shapeProblem } from './shape.js';
import { type Happening, type Plan, runTrial } from './trial.js';

/** How one rule came out. */
export interface RuleVerdict {
  readonly rule: RuleId;
  readonly says: string;
  /** `exempt`: the policy says that it does not keep it, and why. `untried`: another rule was broken first. */
  readonly status: 'kept' | 'broken' | 'exempt' | 'untried';
  /** How it was broken, or why it is exempt. */
  readonly text: string;
}

export interface ContractOptions {
  readonly seed?: string;
  /** Random plans besides the fixed ones. */
  readonly randomPlans?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly surroundings?: Surroundings | undefined;
}

const THREE = ['m1', 'm2', 'm3'];

/** What clients meet sooner or later. */
const PLANS: readonly Plan[] = [
  { name: 'in calm', members: THREE, happenings: [] },
  { name: 'with one member', members: ['m1'], happenings: blink('m1', 3, 4, 'down') },
  {
    name: 'with a leader that crashes and comes back',
    members: THREE,
    happenings: [...blink('m1', 3, 8, 'down'), ...blink('m2', 12, 13, 'down')],
  },
  {
    name: 'with members that stand still',
    members: THREE,
    happenings: [...blink('m2', 3, 9, 'paused'), ...blink('m1', 12, 30, 'paused')],
  },
  {
    name: 'with a member that refuses, and a leader that moves',
    members: THREE,
    happenings: [
      ...blink('m1', 3, 12, 'refusing'),
      { atSec: 15, member: 'm3', becomes: 'leader' },
      { atSec: 16, member: 'm2', becomes: 'leader' },
    ],
  },
  {
    name: 'with all members down, which come back one after another',
    members: THREE,
    happenings: [...blink('m1', 3, 60, 'down'), ...blink('m2', 3, 22, 'down'), ...blink('m3', 4, 61, 'down')],
  },
  {
    name: 'with four of five down',
    members: ['m1', 'm2', 'm3', 'm4', 'm5'],
    happenings: ['m1', 'm2', 'm3', 'm4'].flatMap((member, i) => blink(member, 2 + i, 40 + i, 'down')),
  },
];

function blink(member: string, from: number, to: number, becomes: Happening['becomes']): Happening[] {
  return [
    { atSec: from, member, becomes },
    { atSec: to, member, becomes: 'up' },
  ];
}

/**
 * Tries a policy against every rule: a verdict a rule, in their order.
 *
 * Nothing of the policy's is thrown; what never returns has to be ended from outside.
 */
export function checkPolicy(candidate: unknown, settings: ContractOptions = {}): readonly RuleVerdict[] {
  const misshapen = shapeProblem(candidate);
  if (misshapen !== undefined) return verdicts(misshapen, {});
  const policy = candidate as PickerPolicy;
  const exempt = policy.exceptions ?? {};
  const { seed = 'contract', options = {}, surroundings, randomPlans: count = 5 } = settings;
  for (const plan of [...PLANS, ...randomPlans(seed, count)]) {
    const trial = { policy, options, plan, seed, surroundings };
    const first = runTrial(trial);
    if (first.violation !== undefined && !Object.hasOwn(exempt, first.violation.rule)) {
      return verdicts(first.violation, exempt);
    }
    if (first.picks !== runTrial(trial).picks) {
      return verdicts({ rule: 'B8', text: `two runs with one seed placed calls differently, ${plan.name}` }, exempt);
    }
  }
  return verdicts(undefined, exempt);
}

/** Members that fail and come back at random; at the end all are well. */
function randomPlans(seed: string, count: number): Plan[] {
  const draws = new Streams(seed).stream('contract/plans');
  return Array.from({ length: count }, (_, i): Plan => {
    const members = Array.from({ length: 1 + draws.below(5) }, (_, n) => `m${n + 1}`);
    const happenings = members.flatMap((member) => {
      const from = 1 + draws.below(20);
      const health = draws.pickFrom(['down', 'paused', 'refusing'] as const);
      return draws.below(3) === 0 ? [] : blink(member, from, from + 1 + draws.below(20), health);
    });
    return { name: `in random plan ${i + 1} of seed ${seed}`, members, happenings };
  });
}

function verdicts(violation: Violation | undefined, exempt: Readonly<Record<string, string>>): RuleVerdict[] {
  return RULE_IDS.map((rule): RuleVerdict => {
    const says = RULES[rule];
    if (violation?.rule === rule) return { rule, says, status: 'broken', text: violation.text };
    if (Object.hasOwn(exempt, rule)) return { rule, says, status: 'exempt', text: exempt[rule]! };
    return { rule, says, status: violation === undefined ? 'kept' : 'untried', text: '' };
  });
}
