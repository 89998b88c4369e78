import type { ConfChangeSingle, ConfChangeType, MemberId } from '../../../src/raft/types.js';
import { type Argument, type Directive, ScriptError } from './script.js';

/** The ids among the arguments: those without a value. */
export function memberIds(directive: Directive): MemberId[] {
  return directive.args
    .filter((arg) => arg.values.length === 0)
    .map((arg) => toNumber(arg.key, directive.line) as MemberId);
}

/** The values of `key`, or none. */
export function valuesOf(directive: Directive, key: string): readonly string[] {
  return directive.args.filter((arg) => arg.key === key).flatMap((arg: Argument) => arg.values);
}

export function firstValueOf(directive: Directive, key: string): string | undefined {
  return valuesOf(directive, key)[0];
}

/** The number at `position` among the arguments without a value. */
export function numberAt(directive: Directive, position: number): number {
  const arg = directive.args.filter((each) => each.values.length === 0)[position];
  if (arg === undefined) throw new ScriptError(`${directive.command} lacks argument ${position + 1}`, directive.line);
  return toNumber(arg.key, directive.line);
}

export function toNumber(text: string, line: number): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number)) throw new ScriptError(`${text} is no number`, line);
  return number;
}

const OPERATIONS: Readonly<Record<string, ConfChangeType>> = {
  v: 'ConfChangeAddNode',
  l: 'ConfChangeAddLearnerNode',
  r: 'ConfChangeRemoveNode',
  u: 'ConfChangeUpdateNode',
};

/** `v3 l4 r5 u6`: add voter 3, add learner 4, remove 5, update 6. */
export function parseChanges(directive: Directive): ConfChangeSingle[] {
  return directive.input.split(/\s+/).flatMap((word) => {
    if (word === '') return [];
    const type = OPERATIONS[word[0]!];
    if (type === undefined) throw new ScriptError(`${word} is no membership operation`, directive.line);
    return [{ type, nodeId: toNumber(word.slice(1), directive.line) as MemberId }];
  });
}
