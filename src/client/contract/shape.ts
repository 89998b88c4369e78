import type { PickerPolicy } from '../policy.js';
import type { Violation } from './rules.js';

const NAME = /^[a-z0-9]+([.-][a-z0-9]+)*$/;
const MEMBERS: Readonly<Record<string, 'object' | 'function' | 'string'>> = {
  name: 'string',
  summary: 'string',
  options: 'object',
  exceptions: 'object',
  shared: 'function',
  remember: 'function',
  newPicker: 'function',
};
const NEEDED = ['name', 'summary', 'newPicker'];

/** Rule B1: what is wrong with the shape of what a file exports; undefined: nothing. */
export function shapeProblem(candidate: unknown): Violation | undefined {
  const broken = (text: string): Violation => ({ rule: 'B1', text });
  if (typeof candidate !== 'object' || candidate === null) return broken(`is ${describe(candidate)}, not an object`);
  const object = candidate as Readonly<Record<string, unknown>>;
  for (const [member, type] of Object.entries(MEMBERS)) {
    const value = object[member];
    if (value === undefined) {
      if (NEEDED.includes(member)) return broken(`has no ${member}`);
    } else if (typeof value !== type || value === null) {
      return broken(`${member} is ${describe(value)}, expected ${type === 'object' ? 'an object' : `a ${type}`}`);
    }
  }
  const { name, summary, options = {} } = object as unknown as PickerPolicy;
  if (!NAME.test(name)) return broken(`name "${name}" is not in kebab-case`);
  if (summary.trim() === '') return broken('summary is empty');
  for (const [option, meaning] of Object.entries(options)) {
    if (typeof meaning !== 'string' || meaning === '') return broken(`option ${option} has no words about it`);
  }
  return undefined;
}

/** A value in a few words. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function';
  const text = String(value);
  return `${typeof value} ${text.length > 40 ? `${text.slice(0, 40)}...` : text}`;
}
