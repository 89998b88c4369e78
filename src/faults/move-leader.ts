import type { Fault } from './fault.js';

/** The leader is asked to hand over to the target (etcdctl move-leader). */
export const moveLeader: Fault = {
  name: 'move-leader',
  summary: 'leadership is handed to the target, as `etcdctl move-leader` does; nothing if it leads already',
  strike(env, target) {
    env.members.find((member) => member.role === 'leader')?.transferLeadership(target.id);
    return undefined;
  },
};
