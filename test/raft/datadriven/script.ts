/** One argument of a directive: `key`, `key=value` or `key=(value, value)`. */
export interface Argument {
  readonly key: string;
  readonly values: readonly string[];
}

/** One case of a data-driven script. */
export interface Directive {
  readonly command: string;
  readonly args: readonly Argument[];
  readonly input: string;
  readonly expected: string;
  /** Where the directive stands, counted from 1. */
  readonly line: number;
  /** Lines [from, to) of the expected output, counted from 0: what a rewrite replaces. */
  readonly expectedLines: readonly [from: number, to: number];
}

/** A script with a case that cannot be read. */
export class ScriptError extends Error {
  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
    this.name = 'ScriptError';
  }
}

/**
 * Reads a script: blank and `#` lines, then cases of directive, input, `----`, expected output up to a blank line.
 *
 * Output that holds blank lines stands between two pairs of `----` lines.
 *
 * @throws ScriptError for a directive without `----`, or arguments that cannot be read
 */
export function parseScript(text: string): Directive[] {
  const lines = text.split('\n');
  const directives: Directive[] = [];
  let at = 0;
  while (at < lines.length) {
    const head = lines[at]!.trim();
    if (head === '' || head.startsWith('#')) {
      at++;
      continue;
    }
    const line = at + 1;
    const inputFrom = at + 1;
    let separator = inputFrom;
    while (separator < lines.length && lines[separator] !== '----') separator++;
    if (separator === lines.length) throw new ScriptError(`no ---- after ${head}`, line);
    const [from, to, next] = expectedRange(lines, separator + 1, line);
    const expected = lines.slice(from, to).map((each) => `${each}\n`);
    const [command, args] = parseDirective(head, line);
    directives.push({
      command,
      args,
      input: lines.slice(inputFrom, separator).join('\n').trim(),
      expected: expected.join(''),
      line,
      expectedLines: [separator + 1, next],
    });
    at = next;
  }
  return directives;
}

function expectedRange(
  lines: readonly string[],
  start: number,
  line: number,
): [from: number, to: number, next: number] {
  if (lines[start] === '----') {
    for (let end = start + 1; end + 1 < lines.length; end++) {
      if (lines[end] === '----' && lines[end + 1] === '----') return [start + 1, end, end + 2];
    }
    throw new ScriptError('no closing pair of ---- lines', line);
  }
  let end = start;
  while (end < lines.length && lines[end] !== '') end++;
  return [start, end, end];
}

/** `cmd 1 2 drop=(3, 4) type=MsgApp`: a command, then arguments that are parted by spaces outside parentheses. */
function parseDirective(text: string, line: number): [command: string, args: Argument[]] {
  const words = text.match(/[^\s=]+=\([^)]*\)|\S+/g) ?? [];
  const [command, ...rest] = words;
  if (command === undefined) throw new ScriptError('no command', line);
  return [command, rest.map((word) => parseArgument(word, line))];
}

function parseArgument(word: string, line: number): Argument {
  const equals = word.indexOf('=');
  if (equals < 0) return { key: word, values: [] };
  const key = word.slice(0, equals);
  const value = word.slice(equals + 1);
  if (!value.startsWith('(')) return { key, values: [value] };
  if (!value.endsWith(')')) throw new ScriptError(`${word}: no closing parenthesis`, line);
  const list = value.slice(1, -1).trim();
  return { key, values: list === '' ? [''] : list.split(',').map((each) => each.trim()) };
}

/** Output as a script holds it: every line ended, and blank lines fenced. */
export function formatExpected(output: string): string[] {
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  if (lines.some((each) => each === '')) return ['----', ...lines, '----', '----'];
  return lines;
}
