import type { ConfChangeSingle, ConfChangeType, Message } from '../../../src/raft/types.js';
import { id, ids, snapshotAt } from '../test-node.js';
import { Safety } from './safety.js';
import { type MemberOptions, SimMember } from './sim-member.js';

export const ACTIONS = [
  'tick',
  'ready',
  'append',
  'apply',
  'deliver',
  'deliver-late',
  'lose',
  'repeat',
  'run',
  'run-some',
  'propose',
  'read',
  'crash',
  'power-cut',
  'change',
  'transfer',
  'compact',
] as const;
export type Action = readonly [kind: (typeof ACTIONS)[number], a: number, b: number];

/** What a run may show: each must happen in some run, or the property says nothing. */
export const EVENTS = [
  'a leader changed',
  'an entry was committed',
  'a crash lost entries',
  'a leader was replaced with entries uncommitted',
  'a snapshot was restored',
  'a change was applied',
  'leadership was handed over',
  'a read was confirmed',
] as const;
export type Event = (typeof EVENTS)[number];

/** Five members, the first `voters` of them in the cluster, and a network that loses, repeats and reorders. */
export class Cluster {
  readonly members: SimMember[];
  readonly safety = new Safety();
  readonly seen = new Set<Event>();
  private network: Message[] = [];
  private proposals = 0;
  private readonly pendingReads = new Map<string, number>();

  constructor(voters: number, options: MemberOptions) {
    // Everybody starts from one snapshot, so that each knows the first members.
    const start = snapshotAt(1, 1, { voters: Array.from({ length: voters }, (_, i) => i + 1) });
    this.members = ids(1, 2, 3, 4, 5).map((member) => new SimMember(member, start, options));
    for (const member of this.members) {
      member.onApply = (entry) => {
        this.safety.checkApplied(member, entry);
        if (entry.confChange !== undefined) this.seen.add('a change was applied');
      };
    }
  }

  act([kind, a, b]: Action): void {
    const member = this.members[a % this.members.length]!;
    switch (kind) {
      case 'tick':
        for (let i = 0; i <= b % 6; i++) member.raw.tick();
        break;
      case 'ready':
        member.handleReady();
        break;
      case 'append':
        member.stepAppendThread();
        break;
      case 'apply':
        member.stepApplyThread();
        break;
      case 'deliver':
        this.deliver(this.network.shift());
        break;
      case 'deliver-late':
        this.deliver(this.take(b));
        break;
      case 'lose':
        this.lose(this.take(b));
        break;
      case 'repeat':
        if (this.network.length > 0) this.deliver(this.network[b % this.network.length]);
        break;
      case 'run':
        this.runOnce(this.members);
        break;
      case 'run-some':
        this.runOnce(this.members.filter((_, i) => ((a >> i) & 1) === 1));
        break;
      case 'propose':
        member.raw.propose(`proposal ${++this.proposals}`, 8 + (b % 40));
        break;
      case 'read':
        this.pendingReads.set(`read ${++this.proposals}`, this.safety.maxCommitted);
        member.raw.readIndex(`read ${this.proposals}`);
        break;
      case 'crash':
        if (member.crash() > 0) this.seen.add('a crash lost entries');
        break;
      case 'power-cut':
        if (member.raw.raft.log.unstable.hasNextEntries) this.seen.add('a crash lost entries');
        member.handleReady('power-cut');
        this.collect();
        member.crash();
        break;
      case 'change':
        this.proposeChange(member, b);
        break;
      case 'transfer':
        if (member.raw.state === 'StateLeader' && b % 5 !== a % 5) {
          member.raw.transferLeader(id(1 + (b % 5)));
          this.seen.add('leadership was handed over');
        }
        break;
      case 'compact':
        member.compact(b % 4);
        break;
    }
    this.collect();
    this.check();
  }

  /** All is well for so long that a leader must come and commit. */
  heal(): boolean {
    const before = this.safety.maxCommitted;
    for (let round = 0; round < 120; round++) {
      for (const member of this.members) member.raw.tick();
      for (let i = 0; i < 6; i++) {
        this.runOnce(this.members);
        this.check();
      }
      const leader = this.members.find((member) => member.raw.state === 'StateLeader');
      if (leader !== undefined) leader.raw.propose('healed', 8);
      if (this.members.filter((member) => member.raw.commitIndex > before + 3).length >= 2) return true;
    }
    return false;
  }

  /** Every member handles its Ready and its threads' work, then gets its messages, in order. */
  private runOnce(members: readonly SimMember[]): void {
    for (const member of members) {
      member.handleReady();
      member.stepAppendThread();
      member.stepApplyThread();
    }
    this.collect();
    const arrived = this.network.filter((message) => members.some((member) => member.id === message.to));
    this.network = this.network.filter((message) => !arrived.includes(message));
    for (const message of arrived) this.deliver(message);
  }

  private deliver(message: Message | undefined): void {
    if (message === undefined) return;
    const receiver = this.members[message.to - 1];
    if (receiver === undefined) return;
    const { lastIndex } = receiver.raw;
    receiver.raw.step(message);
    if (message.type !== 'MsgSnap') return;
    if (receiver.raw.lastIndex !== lastIndex) this.seen.add('a snapshot was restored');
    this.members[message.from - 1]!.raw.reportSnapshot(message.to, 'finish');
  }

  private lose(message: Message | undefined): void {
    if (message?.type === 'MsgSnap') this.members[message.from - 1]!.raw.reportSnapshot(message.to, 'failure');
  }

  private take(at: number): Message | undefined {
    return this.network.length === 0 ? undefined : this.network.splice(at % this.network.length, 1)[0];
  }

  private proposeChange(member: SimMember, choice: number): void {
    const types: ConfChangeType[] = ['ConfChangeAddNode', 'ConfChangeAddLearnerNode', 'ConfChangeRemoveNode'];
    const single = (n: number): ConfChangeSingle => ({ type: types[n % 3]!, nodeId: id(1 + (n % 5)) });
    const changes = choice % 2 === 0 ? [single(choice)] : [single(choice), single(choice >> 3)];
    const { voters } = member.appliedConfState;
    const removed = changes.filter((change) => change.type !== 'ConfChangeAddNode').map((change) => change.nodeId);
    // A cluster without voters cannot be, and a single simple change of a last voter cannot be applied.
    if (voters.filter((voter) => !removed.includes(voter)).length < 2) return;
    member.raw.proposeConfChange({ transition: 'ConfChangeTransitionAuto', changes });
  }

  private collect(): void {
    for (const member of this.members) {
      this.network.push(...member.outbox.splice(0));
      for (const { index, context } of member.reads.splice(0)) {
        const atLeast = this.pendingReads.get(String(context))!;
        if (index < atLeast) throw new Error(`violated: a read saw ${index}, when ${atLeast} was committed before it`);
        this.seen.add('a read was confirmed');
      }
    }
  }

  private check(): void {
    const { elections, maxCommitted } = this.safety;
    for (const member of this.members) this.safety.check(member);
    if (this.safety.elections > elections && elections > 0) {
      this.seen.add('a leader changed');
      if (this.members.some((member) => member.raw.lastIndex > maxCommitted + 1)) {
        this.seen.add('a leader was replaced with entries uncommitted');
      }
    }
    if (this.safety.maxCommitted > maxCommitted) this.seen.add('an entry was committed');
  }
}
