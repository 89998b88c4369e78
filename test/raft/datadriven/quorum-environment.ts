import { hex } from '../../../src/raft/member-id.js';
import { type JointVoters, jointCommitted, jointIds, jointVote } from '../../../src/raft/quorum/joint.js';
import type { MemberId } from '../../../src/raft/types.js';
import { toMemberId, toNumber, valuesOf } from './arguments.js';
import type { Environment } from './runner.js';
import { type Directive, ScriptError } from './script.js';

/** Runs quorum arithmetic: `committed` and `vote` over one or two halves. */
export class QuorumEnvironment implements Environment {
  run(directive: Directive): string {
    const { command, line } = directive;
    if (command !== 'committed' && command !== 'vote') {
      throw new ScriptError(`expected committed or vote, found ${command}`, line);
    }
    const incoming = idsOf(directive, 'cfg');
    const outgoing = idsOf(directive, 'cfgj');
    const voters = { incoming: ascending(incoming), outgoing: ascending(outgoing) };
    const order = [...new Set([...incoming, ...outgoing])];
    const values =
      command === 'vote'
        ? valuesOf(directive, 'votes').map((text) => toVote(text, line))
        : valuesOf(directive, 'idx').map((text) => (text === '_' ? 0 : toIndex(text, line)));
    if (values.length !== order.length) {
      const ids = ascending(order).map((id) => `${id}:{}`);
      return `error: mismatched input (explicit or _) for voters map[${ids.join(' ')}]: [${values.join(' ')}]`;
    }
    // Values go to the ids in the order of their first mention; 0 is unknown.
    const known = new Map(order.map((id, i) => [id, values[i]!] as const).filter(([, value]) => value !== 0));
    if (command === 'committed') return committed(voters, known);
    return `${jointVote(voters, (id) => (known.has(id) ? known.get(id) === GRANTED : undefined))}\n`;
  }
}

const REJECTED = 1;
const GRANTED = 2;

function toVote(text: string, line: number): number {
  if (text === 'y') return GRANTED;
  if (text === 'n') return REJECTED;
  if (text === '_') return 0;
  throw new ScriptError(`expected a vote y, n or _, found "${text}"`, line);
}

function toIndex(text: string, line: number): number {
  const index = toNumber(text, line);
  if (index === 0) throw new ScriptError('expected an index > 0 or _, found 0', line);
  return index;
}

function idsOf(directive: Directive, key: string): MemberId[] {
  return valuesOf(directive, key)
    .filter((text) => text !== 'zero' && text !== '')
    .map((text) => toMemberId(text, directive.line));
}

function ascending(ids: readonly MemberId[]): MemberId[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function committed(voters: JointVoters, indexes: ReadonlyMap<MemberId, number>): string {
  const result = jointCommitted(voters, (id) => indexes.get(id));
  return `${table(jointIds(voters), indexes)}${result === Number.POSITIVE_INFINITY ? '∞' : result}\n`;
}

/** A bar for each id: how many others have a smaller index. */
function table(ids: readonly MemberId[], indexes: ReadonlyMap<MemberId, number>): string {
  if (ids.length === 0) return '<empty majority quorum>';
  const count = ids.length;
  const bars = new Map<MemberId, number>();
  const sorted = [...ids].sort((a, b) => (indexes.get(a) ?? 0) - (indexes.get(b) ?? 0) || a - b);
  sorted.forEach((id, rank) => {
    const before = sorted[rank - 1];
    const same = before !== undefined && (indexes.get(before) ?? 0) === (indexes.get(id) ?? 0);
    bars.set(id, same ? bars.get(before)! : rank);
  });
  const rows = ids.map((id) => {
    const index = indexes.get(id);
    const bar = bars.get(id)!;
    const drawn = index === undefined ? `?${' '.repeat(count)}` : `${'x'.repeat(bar)}>${' '.repeat(count - bar)}`;
    return `${drawn} ${String(index ?? 0).padStart(5)}    (id=${hex(id)})\n`;
  });
  return `${' '.repeat(count + 4)}idx\n${rows.join('')}`;
}
