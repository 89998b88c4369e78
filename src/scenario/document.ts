import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ErrorPlace, ScenarioError } from './error.js';
import { formatPath, type Path, type PathSegment } from './path.js';
import { firstRubbish, firstTooDeep, sectionAbove, TOO_DEEP } from './text-problems.js';
import { firstAliasOffset, lowerFirst, pathAt, rangeOf, structuralProblems, yamlProblems } from './yaml-problems.js';

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

/** The parser takes time in the square of some rubbish: a larger file could keep it busy for minutes. */
const LARGEST_FILE = 256 * 1024;
/** Each use of an anchor counts with all that it expands to. */
const MOST_ALIASES = 100;

/** Reads YAML; what is wrong with it as YAML is said with line and column. */
export function readDocument(input: string | Uint8Array, file: string): DocumentReading {
  const fileError = (message: string, hint?: string, line = 1, column = 1, source?: string): DocumentReading => ({
    ok: false,
    errors: [{ place: { kind: 'file', file, line, column, source }, path: '', message, hint }],
  });
  if (input.length > LARGEST_FILE) {
    return fileError(`expected a scenario file of at most 256 KiB, found ${input.length} bytes`, 'is it a scenario?');
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
      uniqueKeys: false,
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

function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && !node.flow;
}

/** Bad UTF-8 becomes U+FFFD, which `firstRubbish` then finds. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
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
    if (error instanceof RangeError) return { problem: 'too deeply nested' };
    if (error instanceof ReferenceError) return { problem: 'no aliases here' };
    throw error;
  }
}
