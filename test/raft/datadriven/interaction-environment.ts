import { defaultRaftConfig } from '../../../src/raft/config.js';
import { describeEntry, describeMessage, describeReady } from '../../../src/raft/describe.js';
import { isStorageThread } from '../../../src/raft/member-id.js';
import { MemoryStorage } from '../../../src/raft/memory-storage.js';
import { newMessage } from '../../../src/raft/message.js';
import type {
  ConfChangeTransition,
  MemberId,
  Message,
  MessageType,
  RaftConfig,
  Snapshot,
} from '../../../src/raft/types.js';
import {
  CommandError,
  firstValueOf,
  isOn,
  memberIds,
  numberAt,
  numberOf,
  parseBool,
  parseChanges,
  toMemberId,
  toNumber,
  valuesOf,
} from './arguments.js';
import type { ConfigChange } from './config-change.js';
import { InteractionNode } from './interaction-node.js';
import { Output, parseLevel } from './output.js';
import type { Environment } from './runner.js';
import { type Directive, ScriptError } from './script.js';

const MESSAGE_TYPES: ReadonlySet<string> = new Set<MessageType>([
  'MsgHup',
  'MsgBeat',
  'MsgProp',
  'MsgApp',
  'MsgAppResp',
  'MsgVote',
  'MsgVoteResp',
  'MsgSnap',
  'MsgHeartbeat',
  'MsgHeartbeatResp',
  'MsgUnreachable',
  'MsgSnapStatus',
  'MsgCheckQuorum',
  'MsgTransferLeader',
  'MsgTimeoutNow',
  'MsgReadIndex',
  'MsgReadIndexResp',
  'MsgPreVote',
  'MsgPreVoteResp',
  'MsgStorageAppend',
  'MsgStorageAppendResp',
  'MsgStorageApply',
  'MsgStorageApplyResp',
  'MsgForgetLeader',
]);

const TRANSITIONS: Readonly<Record<string, ConfChangeTransition>> = {
  auto: 'ConfChangeTransitionAuto',
  implicit: 'ConfChangeTransitionJointImplicit',
  explicit: 'ConfChangeTransitionJointExplicit',
};

/** Several nodes with a FIFO of messages between them, driven and watched command by command. */
export class InteractionEnvironment implements Environment {
  private readonly nodes: InteractionNode[] = [];
  private messages: Message[] = [];
  private readonly output = new Output();
  private readonly change: ConfigChange;

  constructor(change: ConfigChange) {
    this.change = change;
  }

  run(directive: Directive): string {
    let failure = '';
    try {
      this.execute(directive);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failure = error.message;
    }
    const quiet = this.output.level === 'NONE';
    const text = this.output.take();
    if (quiet && failure !== '') return failure;
    return text + failure === '' ? 'ok' : text + failure;
  }

  private execute(directive: Directive): void {
    switch (directive.command) {
      case 'log-level':
        this.setLevel(directive.args[0]?.key ?? '');
        return;
      case 'add-nodes':
        this.addNodes(directive);
        return;
      case 'campaign':
        this.first(directive).raw.campaign();
        return;
      case '_breakpoint':
        return;
      case 'compact':
        this.compact(this.first(directive), numberAt(directive, 1));
        return;
      case 'deliver-msgs':
        this.deliverMessages(directive);
        return;
      case 'forget-leader':
        this.first(directive).raw.forgetLeader();
        return;
      case 'process-ready':
        this.each(directive, 'handling Ready', (node) => this.processReady(node));
        return;
      case 'process-append-thread':
        this.each(directive, 'processing append thread', (node) => this.processAppend(node));
        return;
      case 'process-apply-thread':
        this.each(directive, 'processing apply thread', (node) => this.processApply(node));
        return;
      case 'propose':
        this.propose(directive);
        return;
      case 'propose-conf-change':
        this.proposeConfChange(directive);
        return;
      case 'raft-log':
        this.printLog(this.first(directive));
        return;
      case 'raft-state':
        this.printStates();
        return;
      case 'report-unreachable':
        this.reportUnreachable(directive);
        return;
      case 'send-snapshot':
        this.sendSnapshot(this.first(directive), numberAt(directive, 1) as MemberId);
        return;
      case 'set-randomized-election-timeout':
        this.setTimeout(this.first(directive), directive);
        return;
      case 'stabilize':
        this.stabilize(directive);
        return;
      case 'status':
        for (const peer of this.first(directive).raw.status().progress) {
          this.output.writeLine(`${peer.id}: ${peer.description}`);
        }
        return;
      case 'tick-election':
        this.tick(this.first(directive), (config) => config.electionTick);
        return;
      case 'tick-heartbeat':
        this.tick(this.first(directive), (config) => config.heartbeatTick);
        return;
      case 'transfer-leadership':
        this.node(numberOf(directive, 'from')).raw.transferLeader(this.node(numberOf(directive, 'to')).raw.id);
        return;
      default:
        throw new CommandError('unknown command');
    }
  }

  private node(id: number): InteractionNode {
    const node = this.nodes[id - 1];
    if (node === undefined) throw new CommandError(`no node ${id}`);
    return node;
  }

  private first(directive: Directive): InteractionNode {
    return this.node(numberAt(directive, 0));
  }

  private setLevel(text: string): void {
    const level = parseLevel(text);
    if (level === undefined) throw new CommandError(`log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]`);
    this.output.level = level;
  }

  private addNodes(directive: Directive): void {
    const ids = (key: string) => valuesOf(directive, key).map((text) => toMemberId(text, directive.line));
    const on = (key: string) => isOn(directive, key);
    const number = (key: string) => {
      const text = firstValueOf(directive, key);
      return text === undefined ? undefined : toNumber(text, directive.line);
    };
    const index = number('index') ?? 0;
    const data = firstValueOf(directive, 'content') ?? '';
    const confState = {
      voters: ids('voters'),
      learners: ids('learners'),
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    const bootstrap = confState.voters.length > 0 || confState.learners.length > 0 || index > 0 || data !== '';
    if (bootstrap && index <= 1) throw new CommandError('index must be specified as > 1 due to bootstrap');
    const start: Snapshot = { index, term: bootstrap ? 1 : 0, confState, data, dataBytes: bytesOf(data) };
    const readOnly = firstValueOf(directive, 'read-only') ?? 'safe';
    if (readOnly !== 'safe' && readOnly !== 'lease-based') {
      throw new CommandError(`invalid read-only option ${JSON.stringify(readOnly)}`);
    }

    for (let count = numberAt(directive, 0); count > 0; count--) {
      const storage = new MemoryStorage();
      if (bootstrap) storage.applySnapshot(start);
      const config: RaftConfig = {
        ...defaultRaftConfig((this.nodes.length + 1) as MemberId, storage, { electionTick: 3 }),
        heartbeatTick: 1,
        applied: index,
        maxSizePerMsg: Number.POSITIVE_INFINITY,
        maxCommittedSizePerReady: number('max-committed-size-per-ready') ?? 0,
        maxInflightMsgs: number('inflight') ?? Number.MAX_SAFE_INTEGER,
        asyncStorageWrites: on('async-storage-writes'),
        preVote: on('prevote'),
        checkQuorum: on('checkquorum'),
        disableConfChangeValidation: on('disable-conf-change-validation'),
        stepDownOnRemoval: on('step-down-on-removal'),
        readOnlyOption: readOnly,
        logger: (level, line) => this.output.log(level, line),
      };
      this.nodes.push(new InteractionNode(this.change(config), storage, start));
    }
  }

  private tick(node: InteractionNode, ticks: (config: RaftConfig) => number): void {
    for (let count = ticks(node.raw.raft.config); count > 0; count--) node.raw.tick();
  }

  private propose(directive: Directive): void {
    const data = directive.args[1];
    if (data === undefined || directive.args.length > 2 || data.values.length > 0) {
      throw new ScriptError('expected a node and one word without "=" to propose', directive.line);
    }
    const error = this.first(directive).raw.propose(data.key, bytesOf(data.key));
    if (error !== undefined) throw new CommandError(error);
  }

  private proposeConfChange(directive: Directive): void {
    let v1 = false;
    let transition: ConfChangeTransition = 'ConfChangeTransitionAuto';
    for (const { key, values } of directive.args.slice(1)) {
      for (const value of values) {
        if (key === 'v1') v1 = v1Of(value);
        else if (key === 'transition') transition = transitionOf(value);
        else throw new CommandError(`unknown command ${key}`);
      }
    }
    const changes = parseChanges(directive.input);
    if (v1 && (changes.length > 1 || transition !== 'ConfChangeTransitionAuto')) {
      throw new CommandError('v1 conf change can only have one operation and no transition');
    }
    const error = this.first(directive).raw.proposeConfChange({ transition, changes }, { v1 });
    if (error !== undefined) throw new CommandError(error);
  }

  private setTimeout(node: InteractionNode, directive: Directive): void {
    const ticks = numberOf(directive, 'timeout');
    if (ticks === 0) throw new ScriptError('expected a timeout of at least 1 tick, found 0', directive.line);
    node.raw.setRandomizedElectionTimeout(ticks);
  }

  private reportUnreachable(directive: Directive): void {
    const [at, peer, ...more] = memberIds(directive);
    if (at === undefined || peer === undefined || more.length > 0) {
      throw new CommandError('must specify exactly two node indexes: node on which to report, and reported node');
    }
    this.node(at).raw.reportUnreachable(this.node(peer).raw.id);
  }

  private compact(node: InteractionNode, index: number): void {
    if (node.storage.compact(index) === 'compacted') {
      throw new CommandError('requested index is unavailable due to compaction');
    }
    this.printLog(node);
  }

  /** Runs `handle` for each id given; under a heading, and indented, if there are several. */
  private each(directive: Directive, doing: string, handle: (node: InteractionNode) => void): void {
    const ids = memberIds(directive);
    for (const id of ids) {
      if (ids.length > 1) this.underHeading(id, doing, () => handle(this.node(id)));
      else handle(this.node(id));
    }
  }

  private underHeading(id: MemberId, doing: string, print: () => void): void {
    this.output.writeLine(`> ${id} ${doing}`);
    this.output.indented(print);
  }

  private processReady(node: InteractionNode): void {
    const ready = node.raw.ready();
    this.output.write(describeReady(ready));
    if (!node.asynchronous) {
      node.store(ready.hardState, ready.snapshot, ready.entries);
      node.apply(ready.committedEntries);
    }
    for (const message of ready.messages) {
      if (message.type === 'MsgStorageAppend') node.appendWork.push(message);
      else if (message.type === 'MsgStorageApply') node.applyWork.push(message);
      else this.messages.push(message);
    }
    if (!node.asynchronous) node.raw.advance();
  }

  private processAppend(node: InteractionNode): void {
    const work = node.appendWork.shift();
    if (work === undefined) {
      this.output.write('no append work to perform');
      return;
    }
    this.output.writeLine(`Processing:\n${describeMessage({ ...work, responses: [] })}`);
    const { term, vote, commit, snapshot, entries } = work;
    const empty = term === 0 && vote === 0 && commit === 0;
    node.store(empty ? undefined : { term, vote, commit }, snapshot, entries);
    this.respond(work);
  }

  private processApply(node: InteractionNode): void {
    const work = node.applyWork.shift();
    if (work === undefined) {
      this.output.write('no apply work to perform');
      return;
    }
    this.output.writeLine(`Processing:\n${describeMessage({ ...work, responses: [] })}`);
    node.apply(work.entries);
    this.respond(work);
  }

  private respond(work: Message): void {
    this.output.writeLine('Responses:');
    for (const response of work.responses) this.output.writeLine(describeMessage(response));
    this.messages.push(...work.responses);
  }

  private deliverMessages(directive: Directive): void {
    const type = firstValueOf(directive, 'type');
    if (type !== undefined && !MESSAGE_TYPES.has(type)) {
      throw new ScriptError(`expected a message type, found "${type}"`, directive.line);
    }
    const delivering = memberIds(directive);
    let handled = 0;
    // In the order of the arguments, those that drop too.
    for (const { key, values } of directive.args) {
      const dropping = key === 'drop' && values.length > 0;
      if (values.length > 0 && !dropping) continue;
      for (const text of dropping ? values : [key]) {
        const id = toMemberId(text, directive.line);
        if (dropping && delivering.includes(id)) {
          throw new ScriptError(`expected to deliver or to drop what goes to ${id}, found both`, directive.line);
        }
        handled += this.deliverTo(id, { dropping, type });
      }
    }
    if (handled === 0) this.output.writeLine('no messages');
  }

  /** Hands one node its messages (of one type), or drops those that a network may drop; returns how many. */
  private deliverTo(id: MemberId, options: { dropping: boolean; type: string | undefined }): number {
    const { dropping, type } = options;
    const taken: Message[] = [];
    const left: Message[] = [];
    for (const message of this.messages) {
      const wanted = message.to === id && (type === undefined || message.type === type);
      (wanted && !(dropping && isLocal(message)) ? taken : left).push(message);
    }
    this.messages = left;
    for (const message of taken) {
      this.output.writeLine(`${dropping ? 'dropped: ' : ''}${describeMessage(message)}`);
      if (dropping) continue;
      const error = this.node(id).raw.step(message);
      if (error !== undefined) this.output.writeLine(error);
    }
    return taken.length;
  }

  private stabilize(directive: Directive): void {
    const before = this.output.level;
    const level = firstValueOf(directive, 'log-level');
    const ids = memberIds(directive);
    const nodes = ids.length > 0 ? ids.map((id) => this.node(id)) : this.nodes;
    if (level !== undefined) this.setLevel(level);
    try {
      while (this.stabilizeOnce(nodes));
    } finally {
      this.output.level = before;
    }
  }

  /** One pass over all kinds of work; false if there was none. */
  private stabilizeOnce(nodes: readonly InteractionNode[]): boolean {
    let busy = false;
    for (const node of nodes) {
      if (!node.raw.hasReady()) continue;
      this.underHeading(node.raw.id, 'handling Ready', () => this.processReady(node));
      busy = true;
    }
    for (const node of nodes) {
      const { id } = node.raw;
      if (!this.messages.some((message) => message.to === id)) continue;
      this.underHeading(id, 'receiving messages', () => this.deliverTo(id, { dropping: false, type: undefined }));
      busy = true;
    }
    for (const [queue, doing, process] of [
      ['appendWork', 'processing append thread', this.processAppend],
      ['applyWork', 'processing apply thread', this.processApply],
    ] as const) {
      for (const node of nodes) {
        if (node[queue].length === 0) continue;
        this.output.writeLine(`> ${node.raw.id} ${doing}`);
        while (node[queue].length > 0) this.output.indented(() => process.call(this, node));
        busy = true;
      }
    }
    return busy;
  }

  private printLog(node: InteractionNode): void {
    const first = node.storage.firstIndex();
    const last = node.storage.lastIndex();
    if (last < first) {
      this.output.writeLine(`log is empty: first index=${first}, last index=${last}`);
      return;
    }
    const entries = node.storage.entries(first, last + 1, Number.POSITIVE_INFINITY);
    if (typeof entries === 'string') throw new CommandError(entries);
    for (const entry of entries) this.output.writeLine(describeEntry(entry));
  }

  private printStates(): void {
    for (const { raw } of this.nodes) {
      const { id, raftState, term, lead, configuration } = raw.status();
      const { incoming, outgoing } = configuration.voters;
      const role = incoming.includes(id) || outgoing.includes(id) ? 'Voter' : 'Non-Voter';
      this.output.writeLine(`${id}: ${raftState} (${role}) Term:${term} Lead:${lead}`);
    }
  }

  private sendSnapshot(from: InteractionNode, to: MemberId): void {
    const snapshot = from.history[from.history.length - 1]!;
    const { id, term } = from.raw;
    const message = newMessage('MsgSnap', id, to, term, 0, 0, undefined, 0, false, 0, undefined, snapshot);
    this.messages.push(message);
    this.output.writeLine(describeMessage(message));
  }
}

/** What never crosses the network, and so cannot be lost there. */
function isLocal(message: Message): boolean {
  return message.from === message.to || isStorageThread(message.from) || isStorageThread(message.to);
}

function transitionOf(text: string): ConfChangeTransition {
  const transition = TRANSITIONS[text];
  if (transition === undefined) throw new CommandError(`unknown transition ${text}`);
  return transition;
}

function v1Of(text: string): boolean {
  const value = parseBool(text);
  if (value === undefined) {
    throw new CommandError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return value;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
