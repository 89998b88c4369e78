import { balancers as policies } from '../../client/balancers/index.js';
import { type ContractOptions, checkPolicy, type RuleVerdict } from '../../client/contract/index.js';

/** Names of the balancers that ship. */
export const balancers: readonly string[] = policies.map(({ name }) => name);

/** The contract's verdicts on a balancer that ships. */
export function checkShippedBalancer(
  name: string,
  settings: Omit<ContractOptions, 'surroundings'>,
): readonly RuleVerdict[] {
  return checkPolicy(
    policies.find((policy) => policy.name === name),
    settings,
  );
}
