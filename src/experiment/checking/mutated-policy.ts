import type { ClientMutation } from '../../checking/mutants/index.js';
import type { PickableSubconnection, PickerPolicy } from '../../client/index.js';
import { balancers } from '../../client/index.js';
import { invariant } from '../../engine/index.js';

/** Policies by name, each with its choice spoilt by a mutant. */
export function mutatedPolicy(mutation: ClientMutation): (name: string) => PickerPolicy {
  return (name) => {
    const policy = balancers.find((each) => each.name === name) as PickerPolicy | undefined;
    invariant(policy !== undefined, 'a schedule must name a policy', { name });
    const chosen = new Map<string, string>();
    return {
      ...policy,
      newPicker(ready, env, shared, memory) {
        const picker = policy.newPicker(ready, env, shared, memory);
        return {
          pick(call) {
            const result = picker.pick(call);
            if (result.kind !== 'complete') return result;
            const before = chosen.get('endpoint');
            const endpoint = mutation.pick(before, result.subconnection.endpoint);
            chosen.set('endpoint', endpoint);
            const subconnection = ready.find((each: PickableSubconnection) => each.endpoint === endpoint);
            return subconnection === undefined ? { kind: 'queue' } : { kind: 'complete', subconnection };
          },
          ended: (end) => {
            if (end.outcome.kind !== 'error' && mutation.heard !== undefined) {
              const hint = mutation.heard(chosen.get('endpoint'), end.outcome.header.leader);
              if (hint !== undefined) chosen.set('endpoint', hint);
            }
            picker.ended?.(end);
          },
        };
      },
    };
  };
}
