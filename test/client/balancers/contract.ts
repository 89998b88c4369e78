import { expect, it } from 'vitest';
import { type ContractOptions, checkPolicy } from '../../../src/client/contract/index.js';

/** One test a rule: every policy must keep them all, or say which not, and why. */
export function contractOf(policy: unknown, settings: ContractOptions = {}): void {
  const verdicts = checkPolicy(policy, { randomPlans: 2, ...settings });
  it.each(verdicts.map((verdict) => [`[${verdict.rule}] ${verdict.says}`, verdict] as const))(
    '%s',
    (_name, verdict) => {
      expect({
        status: verdict.status === 'exempt' ? 'kept' : verdict.status,
        text: verdict.status === 'exempt' ? '' : verdict.text,
      }).toEqual({ status: 'kept', text: '' });
    },
  );
}
