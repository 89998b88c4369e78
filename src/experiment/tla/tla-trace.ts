import type { DriverTracer } from '../../etcd/index.js';
import { kindOf } from '../../raft/confchange/conf-change.js';
import type { Raft } from '../../raft/raft.js';
import type { Configuration } from '../../raft/tracker/configuration.js';
import { type Entry, type MemberId, type Message, NONE } from '../../raft/types.js';
import {
  changeInTrace,
  indexInTrace,
  type LineName,
  type MessageInTrace,
  messageInTrace,
  messageLine,
  sortedTexts,
  traceLine,
} from './trace-line.js';
import { durableState, fingerprint, type TracedNode } from './traced-node.js';

/** The run did what the specification has no action for. */
export class UntraceableError extends Error {
  override readonly name = 'UntraceableError';
}

/** Where a message is to the specification. */
interface Traced {
  readonly shown: MessageInTrace;
  place: 'queued' | 'under way' | 'taken';
}

/**
 * The trace of a run for etcd-io/raft's TLA+ trace specification: a line an event, in causal order.
 *
 * The specification makes a node's state durable and sends its messages at one moment, its Ready. A leader sends while
 * it writes, so its Ready stands where it was handed out; everybody else sends after the write, so theirs stands at the
 * end of the write, and what such a node does meanwhile comes after it.
 *
 * What the specification cannot take is left out where nothing comes of it: second copies of a message and their
 * answers, campaigns that a leader's lease refuses, pre-votes. Where something does, the trace ends there (`end`): any
 * beginning of a trace is one.
 */
export class TlaTrace implements DriverTracer {
  readonly lines: string[] = [];
  /** Why and when the trace ended before the run did. */
  end: { readonly atUs: number; readonly reason: string } | undefined;
  private readonly nodes = new Map<MemberId, TracedNode>();
  private readonly messages = new Map<Message, Traced>();
  /** Changes of the configuration that leaders appended, with what they make of it. */
  private readonly changes: { readonly index: number; readonly term: number; readonly conf: readonly number[] }[] = [];
  private readonly nowUs: () => number;

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  started(raft: Raft): void {
    if (this.end !== undefined) return;
    const before = this.nodes.get(raft.id);
    const conf = before?.durable.conf ?? raft.tracker.configuration.voters.incoming;
    if (before !== undefined && !this.survives(before, raft)) return;
    if (before === undefined && (raft.term !== 0 || raft.log.lastIndex() !== 0)) {
      this.stop(`m${raft.id} starts with a log of its own`);
      return;
    }
    const node: TracedNode = {
      raft,
      conf,
      durable: durableState(raft, conf),
      pending: [],
      held: undefined,
      leaving: [],
      ready: '',
      readyState: durableState(raft, conf),
      stepping: undefined,
      isLeftOut: false,
      before: '',
      linesBefore: 0,
      raisedTo: 0,
      role: 'StateFollower',
      term: raft.term,
      pendingChange: 0,
      removed: new Set(),
      replaysTo: raft.log.committed,
    };
    this.nodes.set(raft.id, node);
    this.write(node, 'InitState');
  }

  became(raft: Raft): void {
    const node = this.nodeOf(raft);
    if (node === undefined || raft.state === 'StatePreCandidate') return;
    switch (raft.state) {
      case 'StateCandidate':
        if (node.term + 1 !== raft.term) this.stop(`m${raft.id} learned of a later term without a message of it`);
        else this.write(node, 'BecomeCandidate');
        return;
      case 'StateLeader':
        node.removed.clear();
        this.write(node, 'BecomeLeader');
        return;
      case 'StateFollower':
        this.becameFollower(node);
    }
  }

  appending(raft: Raft, entry: Entry): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    if (entry.confChange === undefined) {
      this.write(node, 'Replicate');
      return;
    }
    const { changes } = entry.confChange;
    const [single] = changes;
    const change = single === undefined ? undefined : changeInTrace(single);
    if (kindOf(entry.confChange) !== 'simple' || changes.length !== 1 || change === undefined) {
      throw new UntraceableError(
        `m${raft.id} changes the configuration by more than one member at once: the specification has no joint configurations`,
      );
    }
    const id = single!.nodeId as number;
    const isVoter = node.conf.includes(id);
    const removes = change.action === 'RemoveServer';
    // What a leader knows of a member it knows for its whole term, to the specification.
    if (node.pendingChange !== 0 || isVoter !== removes || node.removed.has(id)) {
      this.stop(`m${raft.id} proposes a change that the specification's leader would not`);
      return;
    }
    const voters =
      change.action === 'AddLearner' ? node.conf : removes ? node.conf.filter((v) => v !== id) : [...node.conf, id];
    this.write(node, 'ChangeConf', { prop: { cc: { changes: [change] } } });
    this.changes.push({ index: entry.index, term: entry.term, conf: voters });
    node.pendingChange = entry.index;
    if (removes) node.removed.add(id);
  }

  committed(raft: Raft): void {
    const node = this.nodeOf(raft);
    if (node !== undefined) this.write(node, 'Commit');
  }

  configuring(raft: Raft, to: Configuration): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    const { log } = raft;
    const last = this.changes.findLast(({ index, term }) => index <= log.committed && log.termOrZero(index) === term);
    const conf = last?.conf ?? node.conf;
    const isReplay = log.applied < node.replaysTo;
    if (isReplay && conf.join() === node.conf.join()) return;
    this.write(node, 'ApplyConfChange', { prop: { cc: { newconf: sortedTexts(to.voters.incoming) } } });
    node.conf = conf;
    if (raft.state === 'StateLeader' && last !== undefined && node.pendingChange >= last.index) node.pendingChange = 0;
  }

  sent(raft: Raft, message: Message): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    if (message.type === 'MsgSnap') {
      throw new UntraceableError(
        `m${raft.id} sends m${message.to} a snapshot: the specification takes none. Keep more of the log (cluster.raft.snapshot-count), or let nobody fall that far behind`,
      );
    }
    const name = messageLine('Send', message);
    if (name === undefined) return;
    const isToItself = message.to === raft.id;
    // What answers a message that never came cannot be sent.
    const isAnswer =
      message.type === 'MsgAppResp' || message.type === 'MsgHeartbeatResp' || message.type === 'MsgVoteResp';
    if (node.isLeftOut && isAnswer && !isToItself) return;
    const { stepping } = node;
    const isRefusal =
      message.type === 'MsgAppResp' && !isToItself && stepping !== undefined && stepping.term < raft.term;
    const shown = messageInTrace(message, raft.tracker.progress(message.to)?.match ?? 0, isRefusal);
    this.messages.set(message, { shown, place: 'queued' });
    node.pending.push(message);
    this.write(node, name, { msg: shown });
  }

  stepping(raft: Raft, message: Message): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    node.stepping = message;
    const name = messageLine('Receive', message);
    if (name === undefined) return;
    const traced = this.messages.get(message);
    node.isLeftOut = traced?.place !== 'under way' || isPassedOver(raft, message);
    node.before = fingerprint(raft);
    node.linesBefore = (node.held ?? this.lines).length;
    if (node.isLeftOut || traced === undefined) return;
    traced.place = 'taken';
    this.write(node, name, { msg: traced.shown });
    if (message.term > node.term) node.raisedTo = message.term;
  }

  stepped(raft: Raft): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    if (node.isLeftOut && fingerprint(raft) !== node.before) {
      // What the step has written already came of nothing that stands in the trace.
      (node.held ?? this.lines).length = node.linesBefore;
      this.stop(`m${raft.id} takes in a message that the specification has no more`);
    }
    node.stepping = undefined;
    node.isLeftOut = false;
  }

  readied(raft: Raft): void {
    const node = this.nodeOf(raft);
    if (node === undefined) return;
    node.leaving = node.pending;
    node.pending = [];
    const isLeader = raft.state === 'StateLeader';
    node.ready = this.line(node, 'Ready');
    node.readyState = durableState(raft, node.conf);
    if (isLeader) this.passReady(node);
    else node.held = [];
  }

  /** What the node's last Ready held is on its disk. */
  stored(raft: Raft): void {
    const node = this.nodeOf(raft);
    if (node?.held !== undefined) this.passReady(node);
  }

  private becameFollower(node: TracedNode): void {
    const { raft } = node;
    if (raft.term !== node.term && node.raisedTo !== raft.term) {
      this.stop(`m${raft.id} learned of a later term without a message of it`);
      return;
    }
    // A follower that stays one in its term: it lost a pre-vote, or heard of the leader during one.
    if (node.role === 'StateFollower' && raft.term === node.term) return;
    this.write(node, 'BecomeFollower');
  }

  /** Whether a node comes back with what the specification says it does; the trace ends where it does not. */
  private survives(before: TracedNode, raft: Raft): boolean {
    this.flush(before);
    const { term, vote, commit, last, lastTerm } = before.durable;
    const now = durableState(raft, []);
    const isSame = now.term === term && now.vote === vote && now.commit === commit && now.last === last;
    // The specification keeps the length of a log, and takes its entries from memory.
    const isKept = now.lastTerm === lastTerm && before.raft.log.termOrZero(last) === lastTerm;
    if (!isSame || !isKept) {
      this.stop(
        `m${raft.id} comes back without a write that was under way when it crashed, or with a part of one: to the specification it was durable at once`,
      );
    }
    return isSame && isKept;
  }

  private passReady(node: TracedNode): void {
    this.lines.push(node.ready);
    node.durable = node.readyState;
    for (const message of node.leaving) {
      const traced = this.messages.get(message);
      if (traced !== undefined) traced.place = 'under way';
    }
    node.leaving = [];
    this.flush(node);
  }

  private flush(node: TracedNode): void {
    if (node.held === undefined) return;
    for (const line of node.held) this.lines.push(line);
    node.held = undefined;
  }

  private nodeOf({ id }: Raft): TracedNode | undefined {
    return this.end === undefined ? this.nodes.get(id) : undefined;
  }

  private write(node: TracedNode, name: LineName, more?: object): void {
    const { raft } = node;
    (node.held ?? this.lines).push(this.line(node, name, more));
    node.raisedTo = 0;
    node.role = roleInTrace(node);
    node.term = raft.term;
  }

  private line(node: TracedNode, name: LineName, more?: object): string {
    const { id, term, vote, log } = node.raft;
    const shown = {
      term,
      vote,
      commit: indexInTrace(log.committed),
      log: indexInTrace(log.lastIndex()),
      conf: node.conf,
      role: roleInTrace(node),
    };
    return traceLine(this.nowUs(), name, id, shown, more);
  }

  private stop(reason: string): void {
    this.end ??= { atUs: this.nowUs(), reason };
  }
}

/** What changes nothing at this node, but would at the specification's: the receipt is left out, as of a lost message. */
function isPassedOver(raft: Raft, message: Message): boolean {
  if (message.type !== 'MsgVote') return false;
  if (message.term > raft.term) return raft.rules.isLeaseHeld(raft, message);
  // etcd: who follows a leader in this term votes for nobody else, though it voted for nobody.
  const votesForNobody = raft.vote === NONE && raft.lead !== NONE;
  return message.term === raft.term && votesForNobody && raft.log.isUpToDate(message.index, message.logTerm);
}

/** Who asks for pre-votes is to the specification what it was before: a follower, or a candidate of a term that it did not win. */
function roleInTrace({ raft, role, term }: TracedNode): TracedNode['role'] {
  if (raft.state !== 'StatePreCandidate') return raft.state;
  return role === 'StateCandidate' && term === raft.term ? 'StateCandidate' : 'StateFollower';
}
