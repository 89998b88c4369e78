import { quoteData } from '../../../src/raft/describe.js';
import type { ConfChangeSingle, ConfChangeType, MemberId } from '../../../src/raft/types.js';
import { type Argument, type Directive, ScriptError } from './script.js';

/** An error that a command ends with: part of its output, as in etcd's harness. */
export class CommandError extends Error {}

/** The ids among the arguments: those without a value. */
export function memberIds(directive: Directive): MemberId[] {
  return directive.args.filter((arg) => arg.values.length === 0).map((arg) => toMemberId(arg.key, directive.line));
}

/** The values of `key`, or none. */
export function valuesOf(directive: Directive, key: string): readonly string[] {
  return directive.args.filter((arg) => arg.key === key).flatMap((arg: Argument) => arg.values);
}

export function firstValueOf(directive: Directive, key: string): string | undefined {
  return valuesOf(directive, key)[0];
}

/** The number that `key` must have. */
export function numberOf(directive: Directive, key: string): number {
  const text = firstValueOf(directive, key);
  if (text === undefined) {
    throw new ScriptError(`expected ${key}=NUMBER, found none`, directive.line, `${directive.command} needs it`);
  }
  return toNumber(text, directive.line);
}

/** The number at `position` among the arguments without a value. */
export function numberAt(directive: Directive, position: number): number {
  const arg = directive.args.filter((each) => each.values.length === 0)[position];
  if (arg === undefined) {
    throw new ScriptError(`expected a number as argument ${position + 1}, found the end of the line`, directive.line);
  }
  return toNumber(arg.key, directive.line);
}

/** A whole number >= 0. */
export function toNumber(text: string, line: number): number {
  if (!/^\d+$/.test(text)) throw new ScriptError(`expected a whole number, found "${text}"`, line);
  return Number(text);
}

export function toMemberId(text: string, line: number): MemberId {
  return toNumber(text, line) as MemberId;
}

const TRUE = /^(1|t|T|true|TRUE|True)$/;
const FALSE = /^(0|f|F|false|FALSE|False)$/;

/** A truth value as Go reads one; `undefined` for anything else. */
export function parseBool(text: string): boolean | undefined {
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : undefined;
}

/** As parseBool, for the value of `key`; false if there is none. */
export function isOn(directive: Directive, key: string): boolean {
  const text = firstValueOf(directive, key);
  if (text === undefined) return false;
  const value = parseBool(text);
  if (value === undefined) {
    throw new ScriptError(`expected ${key}=true or ${key}=false, found "${text}"`, directive.line);
  }
  return value;
}

const OPERATIONS: Readonly<Record<string, ConfChangeType>> = {
  v: 'ConfChangeAddNode',
  l: 'ConfChangeAddLearnerNode',
  r: 'ConfChangeRemoveNode',
  u: 'ConfChangeUpdateNode',
};

/**
 * `v3 l4 r5 u6`: add voter 3, add learner 4, remove 5, update 6.
 *
 * @throws CommandError in the words of etcd's reader
 */
export function parseChanges(input: string): ConfChangeSingle[] {
  if (input === '') return [];
  return input.split(' ').map((word) => {
    if (word.length < 2) throw new CommandError(`unknown token ${word}`);
    const type = OPERATIONS[word[0]!];
    if (type === undefined) throw new CommandError(`unknown input: ${word}`);
    const id = word.slice(1);
    if (!/^\d+$/.test(id)) {
      throw new CommandError(`strconv.ParseUint: parsing ${quoteData(id)}: invalid syntax`);
    }
    if (BigInt(id) >= 1n << 64n) throw new CommandError(`strconv.ParseUint: parsing "${id}": value out of range`);
    return { type, nodeId: Number(id) as MemberId };
  });
}
