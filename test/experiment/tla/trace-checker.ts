/**
 * What etcd-io/raft's trace specification lets a trace do, written down once more as a plain program: enough of it to
 * refuse what it refuses. A line that no action of the specification explains throws.
 */

interface Entry {
  readonly term: number;
  /** Of a change of the configuration: the voters after it. */
  readonly conf?: readonly string[];
}

/** A message on its way; requests to append carry the entries that the line only counts. */
type InFlight = Omit<Msg, 'entries'> & { readonly content: readonly Entry[]; readonly entries: number };

interface Msg {
  readonly type: string;
  readonly term: number;
  readonly from: string;
  readonly to: string;
  readonly entries: number;
  readonly logTerm: number;
  readonly index: number;
  readonly commit: number;
  readonly reject: boolean;
}

interface Event {
  readonly name: string;
  readonly nid: string;
  readonly state: { readonly term: number; readonly vote: string; readonly commit: number };
  readonly role: string;
  readonly log: number;
  readonly conf: readonly [readonly string[], readonly string[]];
  readonly msg?: Msg;
  readonly prop?: {
    readonly cc: { readonly changes?: { nid: string; action: string }[]; readonly newconf?: string[] };
  };
}

interface Node {
  term: number;
  vote: string;
  role: string;
  commit: number;
  log: Entry[];
  conf: readonly string[];
  granted: Set<string>;
  responded: Set<string>;
  match: Map<string, number>;
  pendingChange: number;
  queued: InFlight[];
  durable: { term: number; vote: string; commit: number; log: number; conf: readonly string[] };
}

export interface CheckedTrace {
  readonly lines: number;
  readonly names: ReadonlyMap<string, number>;
  readonly restarts: number;
}

/** @throws an error that names the line and what is wrong with it */
export function checkTrace(text: string): CheckedTrace {
  const lines = text.trimEnd().split('\n');
  const events = lines.map((line) => {
    const { tag, event } = JSON.parse(line) as { tag: string; event: Event };
    if (tag !== 'trace') throw new Error(`no trace line: ${line}`);
    return event;
  });
  const checker = new Checker();
  events.forEach((event, i) => {
    try {
      checker.take(event);
    } catch (error) {
      throw new Error(`line ${i + 1}: ${(error as Error).message}\n${lines[i]}`);
    }
  });
  return { lines: lines.length, names: checker.names, restarts: checker.restarts };
}

class Checker {
  readonly names = new Map<string, number>();
  restarts = 0;
  private readonly nodes = new Map<string, Node>();
  private wire: InFlight[] = [];
  /** Each node's last line. */
  private readonly last = new Map<string, Event>();
  private readonly leaders = new Map<number, string>();

  take(event: Event): void {
    this.names.set(event.name, (this.names.get(event.name) ?? 0) + 1);
    const known = this.nodes.get(event.nid);
    if (known === undefined) this.begin(event);
    else this.step(event, known);
    this.last.set(event.nid, event);
  }

  private begin(event: Event): void {
    must(event.name === 'InitState', 'a node begins with InitState');
    must(this.wire.length === 0 && [...this.last.values()].every(({ name }) => name === 'InitState'), 'at the top');
    const conf = event.conf[0];
    const { term, vote, commit } = event.state;
    this.nodes.set(event.nid, {
      term,
      vote,
      role: event.role,
      commit,
      log: Array.from({ length: event.log }, () => ({ term: 1, conf })),
      conf,
      granted: new Set(),
      responded: new Set(),
      match: new Map(),
      pendingChange: 0,
      queued: [],
      durable: { term, vote, commit, log: event.log, conf },
    });
  }

  private step(event: Event, node: Node): void {
    const { name, nid, msg } = event;
    switch (name) {
      case 'InitState':
        this.restart(event, node);
        return;
      case 'Ready':
        node.durable = {
          term: node.term,
          vote: node.vote,
          commit: node.commit,
          log: node.log.length,
          conf: node.conf,
        };
        this.wire.push(...node.queued);
        node.queued = [];
        return;
      case 'BecomeCandidate':
        must(node.role !== 'StateLeader' && node.conf.includes(nid), 'a voter that does not lead campaigns');
        Object.assign(node, { role: 'StateCandidate', term: node.term + 1, vote: nid });
        node.granted.clear();
        node.responded.clear();
        must(event.role === 'StateCandidate' && event.state.term === node.term, 'the next term');
        return;
      case 'BecomeLeader': {
        must(node.role === 'StateCandidate', 'only a candidate wins');
        const votes = node.conf.filter((id) => node.granted.has(id)).length;
        must(votes === node.granted.size && 2 * votes > node.conf.length, 'a majority has voted for it');
        must((this.leaders.get(node.term) ?? nid) === nid, 'one leader a term');
        this.leaders.set(node.term, nid);
        node.role = 'StateLeader';
        node.match = new Map([[nid, node.log.length]]);
        this.agrees(event, node);
        return;
      }
      case 'BecomeFollower':
        this.follow(event, node);
        return;
      case 'Replicate':
        must(node.role === 'StateLeader', 'a leader appends');
        must(event.log === node.log.length, 'the log is shown before the append');
        node.log.push({ term: node.term });
        return;
      case 'ChangeConf':
        this.change(event, node);
        return;
      case 'ApplyConfChange': {
        const at = node.log.slice(0, node.commit).findLastIndex(({ conf }) => conf !== undefined);
        must(at >= 0, 'a committed change');
        node.conf = node.log[at]!.conf!;
        if (node.role === 'StateLeader' && node.pendingChange >= at + 1) node.pendingChange = 0;
        return;
      }
      case 'Commit': {
        must(node.role === 'StateLeader', 'a leader commits');
        const held = node.conf.map((id) => node.match.get(id) ?? 0).sort((a, b) => b - a);
        const index = Math.min(node.log.length, held[Math.floor(held.length / 2)] ?? 0);
        if (index > 0 && node.log[index - 1]!.term === node.term) node.commit = Math.max(node.commit, index);
        this.agrees(event, node);
        must(node.commit <= node.durable.log, 'a leader commits what is durable');
        return;
      }
      default:
        must(msg !== undefined && msg.term > 0, 'a message');
        if (name.startsWith('Send')) this.send(event, node, msg!);
        else this.receive(event, node, msg!);
    }
  }

  private restart(event: Event, node: Node): void {
    this.restarts++;
    const { durable } = node;
    Object.assign(node, {
      ...{ role: 'StateFollower', term: durable.term, vote: durable.vote, commit: durable.commit, conf: durable.conf },
      ...{ log: node.log.slice(0, durable.log), match: new Map(), pendingChange: 0, queued: [] },
    });
    this.agrees(event, node);
  }

  private follow(event: Event, node: Node): void {
    const before = this.last.get(event.nid);
    const received = before?.name.startsWith('Receive') ? before : undefined;
    const term = received?.msg?.term ?? 0;
    const raises = received !== undefined && received.state.term < term;
    const returns =
      received?.name === 'ReceiveAppendEntriesRequest' &&
      received.state.term === term &&
      received.role === 'StateCandidate';
    if ((raises || returns) && event.state.term === term) return;
    must(node.role === 'StateLeader' || node.role === 'StateCandidate', 'who steps down was more than a follower');
    node.role = 'StateFollower';
    this.agrees(event, node);
  }

  private change({ prop, nid }: Event, node: Node): void {
    const changes = prop?.cc.changes ?? [];
    must(node.role === 'StateLeader' && changes.length === 1, 'a leader changes one member');
    const [{ nid: id, action }] = changes as [{ nid: string; action: string }];
    must(node.conf.includes(id) === (action === 'RemoveServer'), `${action} of ${id} by ${nid}`);
    must(node.pendingChange === 0, 'one change at a time');
    const conf = action === 'RemoveServer' ? node.conf.filter((each) => each !== id) : [...node.conf, id];
    node.log.push({ term: node.term, conf: action === 'AddLearner' ? node.conf : conf });
    node.pendingChange = node.log.length;
  }

  private send(event: Event, node: Node, msg: Msg): void {
    const { nid, name } = event;
    must(msg.from === nid, 'who sends is the node');
    const isAnswer = name.endsWith('Response');
    // The specification's answers come of the receipt, the line counts for nothing.
    if (isAnswer && msg.to !== nid) return;
    this.agrees(event, node);
    must(msg.term === node.term, 'of its term');
    let content: readonly Entry[] = [];
    if (msg.type === 'MsgVote') {
      must(msg.index === node.log.length && msg.logTerm === lastTerm(node.log), 'the end of its log');
    }
    if (msg.type === 'MsgVote' || msg.type === 'MsgVoteResp') {
      must(node.role === 'StateCandidate' && node.conf.includes(msg.to), 'a candidate asks a voter');
      must(!node.responded.has(msg.to) && !msg.reject, 'once');
    } else {
      must(node.role === 'StateLeader', 'only a leader');
    }
    if (msg.type === 'MsgAppResp') must(msg.index === node.log.length && !msg.reject, 'all that it holds');
    if (msg.type === 'MsgHeartbeat') {
      must(msg.commit === Math.min(node.commit, node.match.get(msg.to) ?? 0), 'commit of a heartbeat');
    }
    if (msg.type === 'MsgApp') {
      must(msg.index >= (node.match.get(msg.to) ?? 0), 'nothing that the peer is known to hold');
      must(msg.index + msg.entries <= node.log.length, 'entries that it has');
      content = node.log.slice(msg.index, msg.index + msg.entries);
      must(msg.logTerm === (node.log[msg.index - 1]?.term ?? 0), 'the term before');
      must(msg.commit === Math.min(node.commit, msg.index + msg.entries), 'commit of an append');
    }
    node.queued.push({ ...msg, content });
  }

  private receive(event: Event, node: Node, msg: Msg): void {
    must(msg.to === event.nid, 'who receives is the node');
    this.agrees(event, node);
    const at = this.wire.findIndex((each) => isSameMessage(each, msg));
    must(at >= 0, 'a message that is on its way');
    const [message] = this.wire.splice(at, 1) as [InFlight];
    if (message.term > node.term) Object.assign(node, { term: message.term, role: 'StateFollower', vote: '0' });
    switch (message.type) {
      case 'MsgVote':
        this.vote(event.nid, node, message);
        return;
      case 'MsgVoteResp':
        if (message.term < node.term) return;
        node.responded.add(message.from);
        if (!message.reject) node.granted.add(message.from);
        return;
      case 'MsgApp':
      case 'MsgHeartbeat':
        this.append(event.nid, node, message);
        return;
      default:
        if (message.term < node.term || message.reject) return;
        node.match.set(message.from, Math.max(node.match.get(message.from) ?? 0, matchOf(message)));
    }
  }

  private vote(nid: string, node: Node, { from, term, logTerm, index }: InFlight): void {
    const last = lastTerm(node.log);
    const isNew = logTerm > last || (logTerm === last && index >= node.log.length);
    const grants = term === node.term && isNew && (node.vote === '0' || node.vote === from);
    if (grants) node.vote = from;
    this.answer(nid, node, from, { type: 'MsgVoteResp', reject: !grants, index: 0 });
  }

  private append(nid: string, node: Node, { from, type, term, index, logTerm, commit, content }: InFlight): void {
    if (term < node.term) {
      this.answer(nid, node, from, { type: 'MsgAppResp', reject: true, index: 0 });
      return;
    }
    if (node.role === 'StateCandidate') node.role = 'StateFollower';
    must(node.role === 'StateFollower', 'a leader hears of no other in its term');
    if (type === 'MsgHeartbeat') {
      if (node.commit > 0) node.commit = Math.max(node.commit, commit);
      this.answer(nid, node, from, { type: 'MsgHeartbeatResp', reject: false, index: 0 });
      return;
    }
    if (index > 0 && node.log[index - 1]?.term !== logTerm) {
      this.answer(nid, node, from, { type: 'MsgAppResp', reject: true, index: 0 });
      return;
    }
    if (index < node.commit) {
      this.answer(nid, node, from, { type: 'MsgAppResp', reject: false, index: node.commit });
      return;
    }
    content.forEach((entry, i) => {
      const place = index + i;
      if (node.log[place]?.term === entry.term) return;
      must(place >= node.commit, 'what is committed stays');
      node.log.length = Math.min(node.log.length, place);
      node.log.push(entry);
    });
    const end = index + content.length;
    node.commit = Math.max(node.commit, Math.min(commit, end));
    this.answer(nid, node, from, { type: 'MsgAppResp', reject: false, index: end });
  }

  private answer(nid: string, node: Node, to: string, what: { type: string; reject: boolean; index: number }): void {
    node.queued.push({ ...what, from: nid, to, term: node.term, entries: 0, logTerm: 0, commit: 0, content: [] });
  }

  /** What the line says of the node is what the specification knows of it. */
  private agrees({ state, role, log, conf }: Event, node: Node): void {
    must(state.term === node.term, `term ${node.term}`);
    must(state.vote === node.vote, `vote ${node.vote}`);
    must(state.commit === node.commit, `commit ${node.commit}`);
    must(role === node.role, `role ${node.role}`);
    must(log === node.log.length, `log of ${node.log.length}`);
    must([...conf[0]].join() === [...node.conf].sort().join() && conf[1].length === 0, `voters ${node.conf}`);
  }
}

function isSameMessage(one: InFlight, msg: Msg): boolean {
  if (one.type !== msg.type || one.from !== msg.from || one.to !== msg.to || one.term !== msg.term) return false;
  if (one.type.endsWith('Resp')) {
    return one.reject === msg.reject && (one.type !== 'MsgAppResp' || msg.reject || matchOf(one) === msg.index);
  }
  if (one.type === 'MsgHeartbeat') return one.commit === msg.commit;
  const isSame = one.index === msg.index && one.logTerm === msg.logTerm && one.entries === msg.entries;
  return isSame && (one.type === 'MsgVote' || one.commit === msg.commit);
}

function matchOf({ type, index }: InFlight): number {
  return type === 'MsgAppResp' ? index : 0;
}

function lastTerm(log: readonly Entry[]): number {
  return log.at(-1)?.term ?? 0;
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`expected: ${what}`);
}
