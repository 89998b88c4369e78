import { type JointVoters, jointCommitted, jointIds, jointVote } from '../../../src/raft/quorum/joint.js';
import type { MemberId } from '../../../src/raft/types.js';
import { toNumber, valuesOf } from './arguments.js';
import type { Environment } from './runner.js';
import { type Directive, ScriptError } from './script.js';

/** Runs quorum arithmetic: `committed` and `vote` over one or two halves. */
export class QuorumEnvironment implements Environment {
  run(directive: Directive): string {
    const incoming = idsOf(directive, 'cfg');
    const outgoing = idsOf(directive, 'cfgj');
    const voters = { incoming: ascending(incoming), outgoing: ascending(outgoing) };
    const order = [...new Set([...incoming, ...outgoing])];
    switch (directive.command) {
      case 'committed':
        return committed(
          voters,
          assign(order, valuesOf(directive, 'idx'), (text) => toNumber(text, directive.line)),
        );
      case 'vote':
        return `${jointVote(voters, lookUp(assign(order, valuesOf(directive, 'votes'), (text) => text === 'y')))}\n`;
      default:
        throw new ScriptError(`unknown command ${directive.command}`, directive.line);
    }
  }
}

function idsOf(directive: Directive, key: string): MemberId[] {
  return valuesOf(directive, key)
    .filter((text) => text !== 'zero' && text !== '')
    .map((text) => toNumber(text, directive.line) as MemberId);
}

function ascending(ids: readonly MemberId[]): MemberId[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** Values go to the ids in the order of their first mention; `_` is unknown. */
function assign<T>(ids: readonly MemberId[], texts: readonly string[], read: (text: string) => T): Map<MemberId, T> {
  const values = new Map<MemberId, T>();
  ids.forEach((id, i) => {
    const text = texts[i];
    if (text !== undefined && text !== '_' && text !== '') values.set(id, read(text));
  });
  return values;
}

function lookUp<T>(values: ReadonlyMap<MemberId, T>): (id: MemberId) => T | undefined {
  return (id) => values.get(id);
}

function committed(voters: JointVoters, indexes: ReadonlyMap<MemberId, number>): string {
  const result = jointCommitted(voters, lookUp(indexes));
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
    return `${drawn} ${String(index ?? 0).padStart(5)}    (id=${id})\n`;
  });
  return `${' '.repeat(count + 4)}idx\n${rows.join('')}`;
}
