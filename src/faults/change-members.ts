import type { Member } from '../etcd/index.js';
import type { Fault } from './fault.js';

/** An operator takes a member out of the cluster, or puts it in (etcdctl member remove, member add). */
export const changeMembers: Fault = {
  name: 'change-members',
  summary: 'a member is taken out of the cluster or put in; with `for`, the other way round after that',
  options: {
    change: '`remove` (default), `add`, or `replace`: all that are not in, in, and it and as many others out, at once',
    through: 'the member that the operator asks (default: the leader)',
  },
  strike(env, target, options) {
    const through = env.members.find(({ name }) => name === options['through']);
    const asked = through ?? env.members.find(({ role }) => role === 'leader');
    if (asked === undefined) return undefined;
    if (options['change'] === 'replace') {
      const isIn = ({ id }: Member): boolean => asked.voters.includes(id);
      const spares = env.members.filter((member) => !isIn(member));
      const leaving = [target, ...env.members.filter((member) => isIn(member) && member !== target)];
      if (spares.length > 0 && isIn(target)) {
        ask(asked, [...spares.map(put), ...leaving.slice(0, spares.length).map(take)]);
      }
      return undefined;
    }
    const isAdded = options['change'] === 'add';
    change(asked, target, isAdded);
    return () => {
      const then = through ?? env.members.find(({ role }) => role === 'leader');
      if (then !== undefined) change(then, target, !isAdded);
    };
  },
};

interface Wish {
  readonly type: 'ConfChangeAddNode' | 'ConfChangeRemoveNode';
  readonly member: Member;
}

function put(member: Member): Wish {
  return { type: 'ConfChangeAddNode', member };
}

function take(member: Member): Wish {
  return { type: 'ConfChangeRemoveNode', member };
}

/** etcd refuses what would change nothing, and to remove the last member. */
function change(asked: Member, target: Member, isAdded: boolean): void {
  const isVoter = asked.voters.includes(target.id);
  if (isVoter === isAdded || (isVoter && asked.voters.length === 1)) return;
  ask(asked, [isAdded ? put(target) : take(target)]);
}

function ask(asked: Member, wishes: readonly Wish[]): void {
  for (const { type, member } of wishes) if (type === 'ConfChangeAddNode' && !member.up) member.start();
  asked.proposeConfChange(...wishes.map(({ type, member }) => ({ type, nodeId: member.id })));
}
