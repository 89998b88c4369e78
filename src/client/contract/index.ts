export { guarded, type Surroundings } from './guard.js';
export { RULE_IDS, RULES, RuleBroken, type RuleId, type Violation } from './rules.js';
export { describe, shapeProblem } from './shape.js';
export { type ContractOptions, checkPolicy, type RuleVerdict } from './suite.js';
