import { describeChanges } from './confchange/conf-change.js';
import { describeTarget } from './member-id.js';
import type { ConfState, Entry, MemberId, Message, ReadState, Ready, Snapshot } from './types.js';
import { NONE } from './types.js';

/** How an entry's opaque data is shown. */
export type DataFormatter = (data: unknown) => string;

/** Text in double quotes, as Go's %q writes it; anything but a string is turned into one, nothing into an empty one. */
export const quoteData: DataFormatter = (data) =>
  `"${textOf(data).replaceAll(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escaped)}"`;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** What Go does not print as it is: a letter, or the number of the character in 2, 4 or 8 hexadecimal digits. */
function escaped(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x80) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

function textOf(data: unknown): string {
  return data === undefined ? '' : String(data);
}

/** `1/4 EntryNormal "foo"`: term, index, type, content. */
export function describeEntry(entry: Entry, formatData: DataFormatter = quoteData): string {
  const content =
    entry.type === 'EntryNormal' ? formatData(entry.data) : describeChanges(entry.confChange?.changes ?? []);
  const head = `${entry.term}/${entry.index} ${entry.type}`;
  return content === '' ? head : `${head} ${content}`;
}

export function describeConfState(state: ConfState): string {
  const { voters, votersOutgoing, learners, learnersNext, autoLeave } = state;
  return `Voters:${ids(voters)} VotersOutgoing:${ids(votersOutgoing)} Learners:${ids(learners)} LearnersNext:${ids(learnersNext)} AutoLeave:${autoLeave}`;
}

export function describeSnapshot(snapshot: Snapshot): string {
  return `Index:${snapshot.index} Term:${snapshot.term} ConfState:${describeConfState(snapshot.confState)}`;
}

/** A message as etcd's tests show it: a line, more for several entries, a snapshot or responses. */
export function describeMessage(message: Message, formatData: DataFormatter = quoteData, indent = ''): string {
  const { entries, snapshot, responses } = message;
  let text = `${indent}${describeTarget(message.from)}->${describeTarget(message.to)} ${message.type} Term:${message.term} Log:${message.logTerm}/${message.index}`;
  if (message.reject) text += ` Rejected (Hint: ${message.rejectHint})`;
  if (message.commit !== 0) text += ` Commit:${message.commit}`;
  if (message.vote !== NONE) text += ` Vote:${message.vote}`;
  if (entries.length === 1) {
    text += ` Entries:[${describeEntry(entries[0]!, formatData)}]`;
  } else if (isRead(message)) {
    // etcd carries a read's context as the data of an entry.
    text += ` Entries:[0/0 EntryNormal ${formatData(message.context)}]`;
  } else if (entries.length > 1) {
    const lines = entries.map((entry) => `\n${indent}  ${describeEntry(entry, formatData)}`);
    text += ` Entries:[${lines.join('')}\n${indent}]`;
  }
  if (snapshot !== undefined && snapshot.index > 0) text += `\n${indent}  Snapshot: ${describeSnapshot(snapshot)}`;
  if (responses.length > 0) {
    const lines = responses.map((response) => `\n${describeMessage(response, formatData, `${indent}  `)}`);
    text += ` Responses:[${lines.join('')}\n${indent}]`;
  }
  return text;
}

/** A Ready, its present parts in etcd's order, each line ended; `<empty Ready>` for one that asks for nothing. */
export function describeReady(ready: Ready, formatData: DataFormatter = quoteData): string {
  const lines: string[] = [];
  const { softState, hardState, readStates, entries, snapshot, committedEntries, messages } = ready;
  if (softState !== undefined) lines.push(`Lead:${softState.lead} State:${softState.raftState}`);
  if (hardState !== undefined) {
    const vote = hardState.vote === NONE ? '' : ` Vote:${hardState.vote}`;
    lines.push(`HardState Term:${hardState.term}${vote} Commit:${hardState.commit}`);
  }
  if (readStates.length > 0) {
    lines.push(`ReadStates [${readStates.map(describeReadState).join(' ')}]`);
  }
  if (entries.length > 0) lines.push('Entries:', ...entries.map((entry) => describeEntry(entry, formatData)));
  if (snapshot !== undefined) lines.push(`Snapshot ${describeSnapshot(snapshot)}`);
  if (committedEntries.length > 0) {
    lines.push('CommittedEntries:', ...committedEntries.map((entry) => describeEntry(entry, formatData)));
  }
  if (messages.length > 0) lines.push('Messages:', ...messages.map((message) => describeMessage(message, formatData)));
  if (lines.length === 0) return '<empty Ready>';
  return `Ready MustSync=${ready.mustSync}:\n${lines.join('\n')}\n`;
}

/** `{5 [97 98]}`: the commit index and the bytes of the read's context. */
function describeReadState(read: ReadState): string {
  return `{${read.index} [${new TextEncoder().encode(textOf(read.context)).join(' ')}]}`;
}

function isRead(message: Message): boolean {
  return message.type === 'MsgReadIndex' || message.type === 'MsgReadIndexResp';
}

function ids(members: readonly MemberId[]): string {
  return `[${members.join(' ')}]`;
}
