import type { Member } from '../etcd/index.js';
import type { Fault, FaultEnv } from './fault.js';

/** An operator takes a member out of the cluster, or puts it in (etcdctl member remove, member add). */
export const changeMembers: Fault = {
  name: 'change-members',
  summary: 'a member is taken out of the cluster or put in; with `for`, the other way round after that',
  options: {
    change: '`remove` (default) or `add`',
    through: 'the member that the operator asks (default: the leader)',
  },
  strike(env, target, options) {
    const change = options['change'] === 'add' ? 'add' : 'remove';
    const through = env.members.find(({ name }) => name === options['through']);
    ask(env, target, change, through);
    return () => ask(env, target, change === 'add' ? 'remove' : 'add', through);
  },
};

function ask(env: FaultEnv, target: Member, change: 'add' | 'remove', through: Member | undefined): void {
  const asked = through ?? env.members.find(({ role }) => role === 'leader');
  const isVoter = asked?.voters.includes(target.id) ?? false;
  // etcd refuses what would change nothing, and to remove the last member.
  if (asked === undefined || isVoter === (change === 'add') || (isVoter && asked.voters.length === 1)) return;
  if (change === 'add' && !target.up) target.start();
  const type = change === 'add' ? 'ConfChangeAddNode' : 'ConfChangeRemoveNode';
  asked.proposeConfChange({ type, nodeId: target.id });
}
