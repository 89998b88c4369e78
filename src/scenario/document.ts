import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { ErrorPlace, ScenarioError } from './error.js';
import { formatPath, type Path, type PathSegment } from './path.js';

/** A scenario file as plain data, and where each piece of it stands. */
export interface ScenarioDocument {
  readonly data: unknown;
  /** Place of the value at a path, or of its key; of the nearest thing above it that is there. */
  place(path: Path, what?: 'value' | 'key'): ErrorPlace;
  /** Whether the file itself has something at this path. */
  has(path: Path): boolean;
  /** The value's text as written, or undefined where there is none. */
  textOf(path: Path): string | undefined;
}

export type DocumentReading =
  | { readonly ok: true; readonly document: ScenarioDocument }
  | { readonly ok: false; readonly errors: readonly ScenarioError[] };

const LARGEST_FILE = 1024 * 1024;
const DEEPEST = 24;
/** Brackets in prose may stay open too, so that only many of them count as nesting before the text is parsed. */
const DEEPEST_TEXT = 200;
const TOO_DEEP = {
  message: `expected at most ${DEEPEST} levels, found lists or maps nested too deeply`,
  hint: 'no scenario needs more than a few',
};
/** Each use of an anchor counts with all that it expands to. */
const MOST_ALIASES = 100;

/** Reads YAML; what is wrong with it as YAML is said with line and column. */
export function readDocument(input: string | Uint8Array, file: string): DocumentReading {
  const fileError = (message: string, hint?: string, line = 1, column = 1, source?: string): DocumentReading => ({
    ok: false,
    errors: [{ place: { kind: 'file', file, line, column, source }, path: '', message, hint }],
  });
  if (input.length > LARGEST_FILE) {
    return fileError(`expected a scenario file of at most 1 MiB, found ${input.length} bytes`, 'is it a scenario?');
  }
  const text = typeof input === 'string' ? input : decode(input);
  const lines = text.split(/\r\n|\r|\n/);
  const rubbish = firstRubbish(lines);
  if (rubbish) {
    const hint = 'a scenario is a YAML file in UTF-8';
    return fileError(`expected text, found ${rubbish.what}`, hint, rubbish.line, rubbish.column, rubbish.source);
  }
  if (text.replace(/^\s*#.*$/gm, '').trim() === '') {
    return fileError('expected a scenario, found an empty file', 'start from a copy of the shipped scenario hello');
  }
  const deep = firstTooDeep(lines);
  if (deep) {
    const place: ErrorPlace = { kind: 'file', file, ...deep };
    return { ok: false, errors: [{ place, path: sectionAbove(lines, deep.line), ...TOO_DEEP }] };
  }
  const lineCounter = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter,
      uniqueKeys: true,
      strict: true,
      version: '1.2',
      prettyErrors: false,
    });
  } catch (error) {
    if (error instanceof RangeError)
      return fileError('expected a scenario, found lists or maps nested too deeply', 'no scenario needs many levels');
    throw error;
  }
  const at = (offset: number): ErrorPlace => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length));
    const start = lineCounter.lineStarts[line - 1] ?? 0;
    const source = text.slice(start).split(/\r\n|\r|\n/, 1)[0] ?? '';
    return { kind: 'file', file, line: Math.max(1, line), column: Math.max(1, col), source };
  };
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) return { ok: false, errors: yamlProblems(problems, document, at) };
  const structural = structuralProblems(document, at);
  if (structural.length > 0) return { ok: false, errors: structural };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const offset = firstAliasOffset(document);
    const message = 'expected a file whose aliases stand for little, found aliases that expand without bound';
    const path = formatPath(pathAt(document, offset));
    return { ok: false, errors: [{ place: at(offset), path, message, hint: 'write the values out' }] };
  }
  return { ok: true, document: new PlacedDocument(document, data, text, at) };
}

class PlacedDocument implements ScenarioDocument {
  readonly data: unknown;
  private readonly document: Document.Parsed;
  private readonly text: string;
  private readonly at: (offset: number) => ErrorPlace;

  constructor(document: Document.Parsed, data: unknown, text: string, at: (offset: number) => ErrorPlace) {
    this.document = document;
    this.data = data;
    this.text = text;
    this.at = at;
  }

  place(path: Path, what: 'value' | 'key' = 'value'): ErrorPlace {
    let node: unknown = this.document.contents;
    let offset = rangeOf(node)?.[0] ?? 0;
    for (let i = 0; i < path.length; i++) {
      const step = this.step(node, path[i]!);
      if (!step) return this.at(offset);
      node = step.value;
      const keyOffset = rangeOf(step.key)?.[0];
      const last = i === path.length - 1;
      offset = (last && what === 'key' ? keyOffset : rangeOf(node)?.[0]) ?? keyOffset ?? offset;
      // A block map or list begins on the next line: its key says better where it is.
      if (last && keyOffset !== undefined && isBlock(node)) offset = keyOffset;
    }
    return this.at(offset);
  }

  has(path: Path): boolean {
    let node: unknown = this.document.contents;
    for (const segment of path) {
      const step = this.step(node, segment);
      if (!step) return false;
      node = step.value;
    }
    return true;
  }

  textOf(path: Path): string | undefined {
    let node: unknown = this.document.contents;
    for (const segment of path) {
      const step = this.step(node, segment);
      if (!step) return undefined;
      node = step.value;
    }
    const range = rangeOf(node);
    if (!range) return undefined;
    if (isScalar(node)) return String(node.source ?? node.value);
    return this.text.slice(range[0], range[1]).trim();
  }

  private step(node: unknown, segment: PathSegment): { key: unknown; value: unknown } | undefined {
    const here = isAlias(node) ? node.resolve(this.document) : node;
    if (isMap(here)) {
      const pair = here.items.find((item) => isScalar(item.key) && String(item.key.value) === String(segment));
      return pair && { key: pair.key, value: pair.value };
    }
    if (isSeq(here)) {
      const index = Number(segment);
      return Number.isInteger(index) && index < here.items.length
        ? { key: undefined, value: here.items[index] }
        : undefined;
    }
    return undefined;
  }
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as Node | null | undefined)?.range ?? undefined;
}

function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && !node.flow;
}

/** Bad UTF-8 becomes U+FFFD, which `firstRubbish` then finds. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

function firstRubbish(lines: readonly string[]) {
  for (const [i, source] of lines.entries()) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const column = source.search(/[\u0000-\u0008\u000b-\u001f\u007f\ufffd]/);
    if (column < 0) continue;
    const bad = source.charCodeAt(column);
    const what =
      bad === 0xfffd ? 'bytes that are not UTF-8' : `control character 0x${bad.toString(16).padStart(2, '0')}`;
    return { line: i + 1, column: column + 1, what, source };
  }
  return undefined;
}

const MOST_PROBLEMS = 20;

/** Each once; of a file that is nested too deeply, only that is said. */
function yamlProblems(problems: readonly YAMLError[], document: Document.Parsed, at: (offset: number) => ErrorPlace) {
  const deep = problems.find((problem) => pathAt(document, problem.pos[0]).length > DEEPEST);
  if (deep) return [tooDeep(document, deep.pos[0], at)];
  const seen = new Set<string>();
  return problems
    .map((problem) => yamlProblem(problem, document, at))
    .filter((error) => {
      const key = JSON.stringify([error.place, error.message]);
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, MOST_PROBLEMS);
}

function tooDeep(document: Document.Parsed, offset: number, at: (offset: number) => ErrorPlace): ScenarioError {
  return { place: at(offset), path: formatPath(pathAt(document, offset).slice(0, 3)), ...TOO_DEEP };
}

/** Nesting that would exhaust the parser's stack, found without parsing: brackets that stay open, dashes in one line. */
function firstTooDeep(lines: readonly string[]) {
  let depth = 0;
  for (const [i, source] of lines.entries()) {
    const dashes = /^\s*(?:[-?:]\s+)*/.exec(source)![0];
    const marks = dashes.replace(/\s/g, '').length;
    if (marks > DEEPEST_TEXT) return { line: i + 1, column: dashes.trimEnd().length, source };
    for (let column = 0; column < source.length; column++) {
      const char = source[column]!;
      if (char === '[' || char === '{') depth++;
      else if ((char === ']' || char === '}') && depth > 0) depth--;
      if (depth > DEEPEST_TEXT) return { line: i + 1, column: column + 1, source };
    }
  }
  return undefined;
}

/** The section that a line stands in, by the look of it. */
function sectionAbove(lines: readonly string[], line: number): string {
  const key = /^([A-Za-z][\w-]*):/;
  const above = lines.slice(0, line).findLast((text) => key.test(text));
  return above === undefined ? '' : key.exec(above)![1]!;
}

function yamlProblem(problem: YAMLError, document: Document.Parsed, at: (offset: number) => ErrorPlace): ScenarioError {
  const [offset] = problem.pos;
  const words = YAML_WORDS[problem.code] ?? [`expected YAML, found what is none: ${lowerFirst(problem.message)}`];
  return {
    place: at(offset),
    path: formatPath(pathAt(document, offset)),
    message: words[0],
    hint: words[1] ?? 'compare the lines above and below: blanks in front, quotes, brackets, a blank after each colon',
  };
}

/** Path of the innermost value that an offset lies in, as far as the text could be read. */
function pathAt(document: Document.Parsed, offset: number): Path {
  const path: PathSegment[] = [];
  let node: unknown = document.contents;
  for (;;) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.findLast((item) => (rangeOf(item.key)?.[0] ?? Number.POSITIVE_INFINITY) <= offset);
      // A key that is no name is what a broken line was read as.
      if (pair === undefined || !isScalar(pair.key) || !/^[\w<.-]+$/.test(String(pair.key.value))) return path;
      path.push(String(pair.key.value));
      next = pair.value;
    } else if (isSeq(node)) {
      const index = node.items.findLastIndex((item) => (rangeOf(item)?.[0] ?? Number.POSITIVE_INFINITY) <= offset);
      if (index < 0) return path;
      path.push(index);
      next = node.items[index];
    } else {
      return path;
    }
    const range = rangeOf(next);
    if (range === undefined || offset < range[0] || offset > range[2]) return path;
    node = next;
  }
}

/** yaml's codes, in the words of someone who does not know YAML by heart. */
const YAML_WORDS: Readonly<Record<string, readonly [string, string?]>> = {
  DUPLICATE_KEY: ['expected each key once, found it a second time', 'remove one of the two'],
  MISSING_CHAR: ['expected a closing quote, bracket or brace, found none', 'close what is open'],
  MULTIPLE_DOCS: ['expected one document, found a second one', 'one file, one scenario: remove what follows ---'],
  TAB_AS_INDENT: ['expected blanks, found a tab', 'indent with blanks'],
  TAG_RESOLVE_FAILED: ['expected plain YAML, found a tag', 'remove the tag (!...)'],
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function structuralProblems(document: Document.Parsed, at: (offset: number) => ErrorPlace): ScenarioError[] {
  const errors: ScenarioError[] = [];
  const add = (node: unknown, message: string, hint: string) => {
    const offset = rangeOf(node)?.[0] ?? 0;
    errors.push({ place: at(offset), path: formatPath(pathAt(document, offset)), message, hint });
  };
  visit(document, {
    Collection(_, node, path) {
      if (path.length / 2 <= DEEPEST) return undefined;
      errors.push(tooDeep(document, rangeOf(node)?.[0] ?? 0, at));
      return visit.BREAK;
    },
    Pair(_, pair: Pair) {
      const hint = 'write the keys out';
      if (!isScalar(pair.key)) add(pair.key, 'expected a name as key, found a list, a map or an alias', hint);
      else if (String(pair.key.value) === '<<') add(pair.key, 'expected a name as key, found <<', hint);
      return undefined;
    },
    Alias(_, node, path) {
      const anchor = node.resolve(document);
      const hint = 'write the value out';
      if (anchor === undefined) {
        add(node, `expected an anchor &${node.source} before its alias, found none`, hint);
      } else if (path.includes(anchor)) {
        add(node, `expected an alias of something else, found *${node.source} within itself`, hint);
      }
      return undefined;
    },
  });
  return errors;
}

function firstAliasOffset(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_, node) {
      offset = rangeOf(node)?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** The value of a `--set`, read as YAML: `15ms`, `true`, `[a, b]`, `{name: fixed}`. */
export function readValue(text: string, path: Path): { value: unknown } | { problem: string } {
  if (text.length > LARGEST_FILE) return { problem: `the value for ${formatPath(path)} is too long` };
  try {
    const document = parseDocument(text, { prettyErrors: false });
    const problem = [...document.errors, ...document.warnings][0];
    if (problem) return { problem: lowerFirst(problem.message) };
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return { value: value === null && !/^(null|~)$/i.test(text.trim()) ? '' : value };
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) return { problem: 'too deeply nested' };
    throw error;
  }
}
