import type { InvariantEvent } from '../../checking/index.js';
import type { Member } from '../../etcd/index.js';
import type { Message } from '../../raft/types.js';
import type { TraceSink } from './trace.js';

/** One thing that happened at one member, for pictures and logs. Plain data. */
export interface TraceEvent {
  /** In the order of the run, from 0. */
  readonly number: number;
  readonly atUs: number;
  readonly member: string;
  readonly kind: 'send' | 'receive' | 'step' | 'note';
  /** In a few words. */
  readonly text: string;
  /** Of a receive: the number of its send. */
  readonly sentBy?: number;
  /** Of a send: the name of whom it goes to. */
  readonly to?: string;
}

/** Messages that only keep things going: a picture with them shows nothing else. */
const QUIET_MESSAGES = new Set(['MsgHeartbeat', 'MsgHeartbeatResp']);

/** Keeps what a run does. */
export class TraceRecorder implements TraceSink {
  readonly events: TraceEvent[] = [];
  private readonly sends = new Map<Message, number>();
  /** By member, what its disk was last said to hold. */
  private readonly votes = new Map<string, string>();

  sent(atUs: number, member: Member, message: Message): void {
    if (QUIET_MESSAGES.has(message.type)) return;
    this.sends.set(message, this.events.length);
    this.add(atUs, member.name, 'send', describeMessage(message), { to: `m${message.to}` });
  }

  received(atUs: number, member: Member, message: Message): void {
    const sentBy = this.sends.get(message);
    if (sentBy === undefined) return;
    this.add(atUs, member.name, 'receive', describeMessage(message), { sentBy });
  }

  heard(event: InvariantEvent): void {
    // Each new commit index is written with them: what stays the same is no news.
    if (event.kind === 'vote-persisted') {
      const vote = `${event.term} ${event.candidate}`;
      if (this.votes.get(event.member) === vote) return;
      this.votes.set(event.member, vote);
    }
    const text = describeEvent(event);
    if (text !== undefined) this.add(event.atUs, event.member, 'step', text);
  }

  noted(atUs: number, text: string, member: string | undefined): void {
    this.add(atUs, member ?? '', 'note', text);
  }

  private add(
    atUs: number,
    member: string,
    kind: TraceEvent['kind'],
    text: string,
    more: { readonly sentBy?: number; readonly to?: string } = {},
  ): void {
    this.events.push({ number: this.events.length, atUs, member, kind, text, ...more });
  }
}

function describeMessage({ type, term, index, logTerm, entries, commit, reject }: Message): string {
  const words = [type, `term ${term}`];
  if (type === 'MsgApp') words.push(`after ${index}/${logTerm}`, `${entries.length} entries`, `commit ${commit}`);
  if (type === 'MsgAppResp' || type === 'MsgVote' || type === 'MsgPreVote') words.push(`index ${index}`);
  if (reject) words.push('rejected');
  return words.join(', ');
}

/** Undefined for what a picture leaves out. */
function describeEvent(event: InvariantEvent): string | undefined {
  switch (event.kind) {
    case 'became-leader':
      return `leads term ${event.term}`;
    case 'stepped-down':
      return 'steps down';
    case 'term-changed':
      return `term ${event.term}`;
    case 'vote-persisted':
      return event.candidate === undefined ? undefined : `term ${event.term}, vote for ${event.candidate} on disk`;
    case 'log-append':
      return `on disk: ${event.entries.map(({ index, term }) => `${index}/${term}`).join(' ')}`;
    case 'commit-advanced':
      return `commits ${event.index}/${event.entryTerm}`;
    case 'config-applied':
      return event.index === 0 ? undefined : `voters at ${event.index}: ${event.config.voters.join(' ')}`;
    case 'snapshot-installed':
      return `snapshot ${event.index}/${event.term}`;
    case 'crash':
      return 'crashes';
    case 'restart':
      return `restarts in term ${event.term}`;
    case 'acknowledged':
      return `tells a client of ${event.index}/${event.term}`;
    default:
      return undefined;
  }
}
