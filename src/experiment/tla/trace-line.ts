import type { ConfChangeSingle, Message, MessageType, RaftState } from '../../raft/types.js';

/** What the specification knows of a node, as it stands in a line. */
export interface NodeState {
  readonly term: number;
  /** 0: nobody. */
  readonly vote: number;
  readonly commit: number;
  /** Last index of its log. */
  readonly log: number;
  /** Ids of the voters, sorted. */
  readonly conf: readonly number[];
  readonly role: Exclude<RaftState, 'StatePreCandidate'>;
}

export type LineName =
  | 'InitState'
  | 'BecomeCandidate'
  | 'BecomeFollower'
  | 'BecomeLeader'
  | 'Commit'
  | 'Replicate'
  | 'ChangeConf'
  | 'ApplyConfChange'
  | 'Ready'
  | `${'Send' | 'Receive'}${'AppendEntries' | 'RequestVote'}${'Request' | 'Response'}`;

/** Which lines tell of a message; the specification knows no others. */
const KINDS: Partial<
  Record<MessageType, 'AppendEntriesRequest' | 'AppendEntriesResponse' | 'RequestVoteRequest' | 'RequestVoteResponse'>
> = {
  MsgApp: 'AppendEntriesRequest',
  MsgHeartbeat: 'AppendEntriesRequest',
  MsgAppResp: 'AppendEntriesResponse',
  MsgHeartbeatResp: 'AppendEntriesResponse',
  MsgVote: 'RequestVoteRequest',
  MsgVoteResp: 'RequestVoteResponse',
};

/** `SendRequestVoteRequest` for a MsgVote that is sent; undefined for messages that stand in no line. */
export function messageLine(way: 'Send' | 'Receive', { type }: Message): LineName | undefined {
  const kind = KINDS[type];
  return kind === undefined ? undefined : `${way}${kind}`;
}

/**
 * Index as the specification counts: the configuration that all nodes start from is its log's first entry, of term 1,
 * as in a cluster that etcd has bootstrapped. Here it lies before the first index.
 */
const FIRST_ENTRIES = 1;
const CONFIG_TERM = 1;

export function indexInTrace(index: number): number {
  return index + FIRST_ENTRIES;
}

/** A message as it stands in a line. */
export type MessageInTrace = Readonly<Record<string, string | number | boolean>>;

/**
 * The specification's commit index of a MsgApp never exceeds what the message covers. A follower commits no further
 * either, so the smaller number says the same.
 *
 * @param match of a heartbeat: what the peer is known to hold, 0 for nothing
 * @param isRefusal it answers a message of an older term: that is a rejection to the specification
 */
export function messageInTrace(message: Message, match: number, isRefusal: boolean): MessageInTrace {
  const { type, term, from, to, entries, logTerm, index, commit, vote, reject, rejectHint } = message;
  const isPlaced = type === 'MsgApp' || type === 'MsgVote' || (type === 'MsgAppResp' && !isRefusal);
  const isBehindConfig = (type === 'MsgApp' || type === 'MsgVote') && index === 0;
  let known = 0;
  if (type === 'MsgApp') known = indexInTrace(Math.min(commit, index + entries.length));
  if (type === 'MsgHeartbeat' && match > 0) known = indexInTrace(commit);
  return {
    type,
    term,
    from: String(from),
    to: String(to),
    entries: entries.length,
    logTerm: isBehindConfig ? CONFIG_TERM : logTerm,
    index: isPlaced ? indexInTrace(index) : index,
    commit: known,
    vote: String(vote),
    reject: reject || isRefusal,
    rejectHint: reject ? indexInTrace(rejectHint) : rejectHint,
  };
}

/** @returns undefined if the specification has no action for this change */
export function changeInTrace({ type, nodeId }: ConfChangeSingle): { nid: string; action: string } | undefined {
  const action = ACTIONS[type];
  return action === undefined ? undefined : { nid: String(nodeId), action };
}

const ACTIONS: Partial<Record<ConfChangeSingle['type'], string>> = {
  ConfChangeAddNode: 'AddNewServer',
  ConfChangeRemoveNode: 'RemoveServer',
  ConfChangeAddLearnerNode: 'AddLearner',
};

/** Lines are numbered from here, so that sorting them as texts, as etcd-io/raft's validate.sh does, moves none. */
const FIRST_NUMBER = 1_000_000_000;

/** A line without its number: `numbered` gives it one when its place is certain. */
export function traceLine(
  atUs: number,
  name: LineName,
  nid: number,
  { term, vote, commit, log, conf, role }: NodeState,
  more: object = {},
): string {
  const event = {
    name,
    nid: String(nid),
    state: { term, vote: String(vote), commit },
    role,
    log,
    conf: [sortedTexts(conf), []],
    ...more,
  };
  return `"ms":${Math.floor(atUs / 1000)},"tag":"trace","event":${JSON.stringify(event)}}`;
}

/** The lines of a file. `ts` is the line's number, `ms` the virtual time: neither counts. */
export function numbered(lines: readonly string[]): string[] {
  return lines.map((line, i) => `{"level":"debug","ts":${FIRST_NUMBER + i},${line}`);
}

export function sortedTexts(ids: readonly number[]): string[] {
  return ids.map(String).sort();
}
