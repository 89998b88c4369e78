import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { SweepAxis } from '../scenario/config.js';
import type { Setting } from '../scenario/parse.js';

/** `path=value`, repeatable. */
export function collectSetting(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const [path, value] = splitAtEquals(text, 'path=value, as in --set network.members.egress.delay=15ms');
  return [...before, { path, value }];
}

/** `path=v1,v2,...`, repeatable; commas inside brackets, braces and quotes belong to the value. */
export function collectAxis(text: string, before: readonly SweepAxis[] = []): readonly SweepAxis[] {
  const [path, list] = splitAtEquals(text, 'path=v1,v2,..., as in --vary client.balancer=round-robin,pick-leader');
  const values = splitAtCommas(list);
  if (values.some((value) => value === '')) throw new InvalidArgumentError('A value between the commas is empty.');
  if (before.some((axis) => axis.path === path)) throw new InvalidArgumentError(`${path} is varied twice.`);
  return [...before, { path, values }];
}

function splitAtEquals(text: string, expected: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError(`Expected ${expected}.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function splitAtCommas(text: string): readonly string[] {
  const values = [''];
  let depth = 0;
  let quote = '';
  for (const char of text) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (char === ',' && depth === 0 && quote === '') values.push('');
    else values[values.length - 1] += char;
  }
  return values.map((value) => value.trim());
}

/** A whole number of at least 1. */
export function positiveCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1e6) {
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  }
  return value;
}

export interface Shard {
  /** 1-based. */
  readonly index: number;
  readonly of: number;
}

/** `i/n`: the i-th of n parts. */
export function shard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || index > of) throw new InvalidArgumentError('Expected i/n with 1 <= i <= n, as in 2/8.');
  return { index, of };
}

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
