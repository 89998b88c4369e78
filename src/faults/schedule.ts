import { invariant } from '../engine/index.js';
import type { Member } from '../etcd/index.js';
import type { FaultConfig } from './config.js';
import type { Fault, FaultEnv } from './fault.js';

/** Lets the configured faults strike at their times from now on. `note` hears of each. */
export function scheduleFaults(
  env: FaultEnv,
  configs: readonly FaultConfig[],
  faultNamed: (name: string) => Fault,
  note: (text: string) => void,
): void {
  for (const config of configs) {
    const fault = faultNamed(config.action);
    const strike = (): void => {
      if (config.everyUs > 0) env.simulator.schedule(config.everyUs, strike, undefined);
      const target = resolveTarget(env, config.target);
      if (target === undefined) {
        note(`${config.action}: no ${config.target} to strike`);
        return;
      }
      note(`${config.action} ${target.name}`);
      const undo = fault.strike(env, target, config.options);
      if (undo === undefined || config.forUs === 0) return;
      env.simulator.schedule(
        config.forUs,
        () => {
          note(`end of ${config.action} ${target.name}`);
          undo();
        },
        undefined,
      );
    };
    env.simulator.schedule(config.atUs, strike, undefined);
  }
}

/** Decided when the fault strikes: `leader` is the one of the highest term, `follower` the first by id that follows. */
function resolveTarget({ members }: FaultEnv, target: string): Member | undefined {
  if (target === 'leader') {
    const leaders = members.filter((member) => member.role === 'leader');
    return leaders.sort((a, b) => b.term - a.term)[0];
  }
  if (target === 'follower') return members.find((member) => member.role === 'follower');
  const member = members.find(({ name }) => name === target);
  invariant(member !== undefined, 'a fault must name a member', { target });
  return member;
}
