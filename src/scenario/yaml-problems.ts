import { type Document, isMap, isScalar, isSeq, type Node, visit, type YAMLError, type YAMLMap } from 'yaml';
import type { ErrorPlace, ScenarioError } from './error.js';
import { formatPath, type Path, type PathSegment } from './path.js';
import { DEEPEST, TOO_DEEP } from './text-problems.js';

const MOST_PROBLEMS = 20;

/** Each once; of a file that is nested too deeply, only that is said. */
export function yamlProblems(all: readonly YAMLError[], document: Document.Parsed, at: (offset: number) => ErrorPlace) {
  // Rubbish can have one a character.
  const problems = all.slice(0, 5 * MOST_PROBLEMS);
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

function yamlProblem(problem: YAMLError, document: Document.Parsed, at: (offset: number) => ErrorPlace): ScenarioError {
  const [offset] = problem.pos;
  const words = YAML_WORDS[problem.code] ?? [`expected YAML, found what is none: ${lowerFirst(problem.message)}`];
  return {
    place: at(offset),
    path: problem.code === 'MULTIPLE_DOCS' ? '' : formatPath(pathAt(document, offset)),
    message: words[0],
    hint: words[1] ?? 'compare the lines above and below: blanks in front, quotes, brackets, a blank after each colon',
  };
}

/** Path of the innermost value that an offset lies in, as far as the text could be read. */
export function pathAt(document: Document.Parsed, offset: number): Path {
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
  MISSING_CHAR: ['expected a closing quote, bracket or brace, found none', 'close what is open'],
  MULTIPLE_DOCS: ['expected one document, found a second one', 'one file, one scenario: remove what follows ---'],
  TAB_AS_INDENT: ['expected blanks, found a tab', 'indent with blanks'],
  TAG_RESOLVE_FAILED: ['expected plain YAML, found a tag', 'remove the tag (!...)'],
};

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** What is YAML, but no scenario has: repeated keys, keys that are no names, aliases that lead nowhere, depth. */
export function structuralProblems(document: Document.Parsed, at: (offset: number) => ErrorPlace): ScenarioError[] {
  const errors: ScenarioError[] = [];
  const anchors = new Map<string, unknown>();
  const add = (node: unknown, message: string, hint: string) => {
    const offset = rangeOf(node)?.[0] ?? 0;
    if (errors.length < MOST_PROBLEMS) {
      errors.push({ place: at(offset), path: formatPath(pathAt(document, offset)), message, hint });
    }
  };
  visit(document, {
    Scalar(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Collection(_, node, path) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) for (const { key, message, hint } of badKeys(node)) add(key, message, hint);
      if (path.length / 2 <= DEEPEST) return undefined;
      errors.push(tooDeep(document, rangeOf(node)?.[0] ?? 0, at));
      return visit.BREAK;
    },
    Alias(_, { source, range }, path) {
      const anchor = anchors.get(source);
      const hint = 'write the value out';
      if (anchor === undefined) {
        add({ range }, `expected an anchor &${source} before its alias, found none`, hint);
      } else if (path.includes(anchor as never)) {
        add({ range }, `expected an alias of something else, found *${source} within itself`, hint);
      }
    },
  });
  return errors;
}

interface BadKey {
  readonly key: unknown;
  readonly message: string;
  readonly hint: string;
}

/** Keys that come twice or are no names. Not yaml's own check: that one compares each key with each. */
function badKeys(map: YAMLMap): readonly BadKey[] {
  const seen = new Set<string>();
  const bad: BadKey[] = [];
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined || name === '<<') {
      const found = name ?? 'a list, a map or an alias';
      bad.push({ key, message: `expected a name as key, found ${found}`, hint: 'write the keys out' });
    } else if (seen.has(name)) {
      bad.push({ key, message: 'expected each key once, found it a second time', hint: 'remove one of the two' });
    } else {
      seen.add(name);
    }
  }
  return bad;
}

/** Where the first alias stands. */
export function firstAliasOffset(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_, node) {
      offset = rangeOf(node)?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where a node begins, where its value ends, and where what belongs to it ends. */
export function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as Node | null | undefined)?.range ?? undefined;
}
