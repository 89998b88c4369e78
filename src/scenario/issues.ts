import type { z } from 'zod';
import type { ScenarioError } from './error.js';
import { printable } from './error.js';
import { nearest } from './nearest.js';
import { formatPath, type Path, type PathSegment, valueAt } from './path.js';

/** A problem that knows its path, but not yet its place. */
export interface Problem {
  readonly path: Path;
  /** Point at the key rather than at the value. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly hint?: string | undefined;
  /** Allowed, but hardly meant: said, and the scenario runs. */
  readonly doubt?: boolean;
}

type Issue = z.core.$ZodIssue;
type Params = { readonly expected: string; readonly hint?: string; readonly decisive?: boolean };

/** What zod found, in our words. `data` is what was checked. */
export function problemsOf(issues: readonly Issue[], data: unknown, above: Path = []): Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, data, above));
}

function problemsOfIssue(issue: Issue, data: unknown, above: Path): Problem[] {
  const path: Path = [...above, ...(issue.path as PathSegment[])];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, issue.message.split(' ')));
    case 'invalid_union':
      return unionProblems(issue, data, path);
    case 'invalid_type':
      return [mismatch(path, data, TYPE_WORDS[issue.expected] ?? issue.expected)];
    case 'custom': {
      const params = issue.params as Params | undefined;
      return [mismatch(path, data, params?.expected ?? issue.message, params?.hint)];
    }
    case 'invalid_value':
      return [mismatch(path, data, `one of ${issue.values.map(String).join(', ')}`)];
    case 'too_small':
      return [mismatch(path, data, `a list of at least ${String(issue.minimum)}`)];
    case 'too_big':
      return [mismatch(path, data, `a list of at most ${String(issue.maximum)}`)];
    default:
      return [{ path, message: issue.message }];
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
};

export function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const close =
    nearest(key, known) ?? known.find((name) => name.replaceAll('-', '') === key.replace(/[-_]/g, '').toLowerCase());
  const hint = close === undefined ? 'remove it, or see what etcdsim schema prints' : `did you mean ${close}?`;
  const expected = known.length === 0 ? 'no key here' : `one of ${known.join(', ')}`;
  const found = printable(key);
  return { path, atKey: true, message: `unknown key "${found}"; expected ${expected}`, expected, found, hint };
}

/** "expected E, found F", or "missing: expected E". */
export function mismatch(path: Path, data: unknown, expected: string, hint?: string): Problem {
  const value = valueAt(data, path);
  if (value === undefined) return { path, message: `missing; expected ${expected}`, expected, found: 'nothing', hint };
  const found = describe(value);
  return { path, message: `expected ${expected}, found ${found}`, expected, found, hint };
}

export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return 'binary data';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  if (typeof value !== 'string') return String(value);
  const text = printable(value);
  return `"${text.length > 60 ? `${text.slice(0, 57)}...` : text}"`;
}

function unionProblems(issue: Extract<Issue, { code: 'invalid_union' }>, data: unknown, path: Path): Problem[] {
  if ('options' in issue && Array.isArray(issue.options)) {
    const options = issue.options.map(String);
    const said = valueAt(data, path);
    const close = typeof said === 'string' ? nearest(said, options) : undefined;
    return [
      mismatch(path, data, `one of ${options.join(', ')}`, close === undefined ? undefined : `did you mean ${close}?`),
    ];
  }
  // The branch that takes this kind of value speaks; a branch whose complaint is about the kind itself has no say.
  const speaking = issue.errors.filter((branch) => !branch.some(isAboutKind));
  if (speaking.length > 0) return problemsOf(speaking[0]!, data, path);
  const complaints = issue.errors.map((branch) => problemsOf(branch.filter(isAboutKind).slice(0, 1), data, path)[0]!);
  const value = valueAt(data, path);
  const scalar = typeof value !== 'object' || value === null;
  // To a scalar, the ways to write one are named; maps and lists are what the schema and the examples are for.
  const wanted = scalar ? complaints.filter((complaint) => !COLLECTIONS.has(complaint.expected ?? '')) : complaints;
  const said = (wanted.length > 0 ? wanted : complaints).map((complaint) => complaint.expected ?? complaint.message);
  const hint = scalar ? complaints.find((complaint) => complaint.hint)?.hint : undefined;
  return [mismatch(path, data, [...new Set(said)].join(', or '), hint)];
}

const COLLECTIONS: ReadonlySet<string> = new Set(['a map', 'a list']);

function isAboutKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') return true;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isAboutKind));
  return issue.code === 'custom' && !(issue.params as Params | undefined)?.decisive;
}

/** For those who got no better hint. */
const WHERE_TO_LOOK = 'the shipped scenario hello shows how one is written, and etcdsim schema prints every key';

/** Problems with their places: see `parse.ts` for where those come from. */
export function toError(problem: Problem, place: ScenarioError['place']): ScenarioError {
  const { path, message, expected, found, hint = WHERE_TO_LOOK } = problem;
  return { place, path: formatPath(path), message, expected, found, hint };
}
