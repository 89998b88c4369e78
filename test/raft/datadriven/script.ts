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

/** A script that cannot be read, or a case whose arguments make no sense: the user's mistake, told with its line. */
export class ScriptError extends Error {
  /** Counted from 1. */
  readonly line: number;
  readonly hint: string | undefined;

  /** @param message what was expected and what was found */
  constructor(message: string, line: number, hint?: string) {
    super(message);
    this.name = 'ScriptError';
    this.line = line;
    this.hint = hint;
  }
}

const FORMAT_HINT = 'a case is a command line, its input, a line ----, the expected output and a blank line';

/**
 * Reads a script: blank and `#` lines, then cases of directive, input, `----`, expected output up to a blank line.
 *
 * Output that holds blank lines stands between two pairs of `----` lines. A directive goes on in the next line after a
 * backslash. A `subtest` line only names what follows. The format is that of cockroachdb/datadriven.
 *
 * @throws ScriptError for a directive without `----`, or arguments that cannot be read
 */
export function parseScript(text: string): Directive[] {
  const lines = linesOf(text);
  const directives: Directive[] = [];
  let at = 0;
  while (at < lines.length) {
    let head = lines[at]!.trim();
    if (head === '' || head.startsWith('#')) {
      at++;
      continue;
    }
    const line = at + 1;
    at++;
    while (head.endsWith('\\') && at < lines.length) head = `${head.slice(0, -1)} ${lines[at++]!.trim()}`;
    if (/^subtest(\s|$)/.test(head)) continue;

    const inputFrom = at;
    let separator = inputFrom;
    while (separator < lines.length && lines[separator] !== '----') separator++;
    if (separator === lines.length) {
      throw new ScriptError(`expected a line ---- after "${head}", found the end of the file`, line, FORMAT_HINT);
    }
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
  if (directives.length === 0) throw new ScriptError('expected at least one case, found none', 1, FORMAT_HINT);
  return directives;
}

export function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
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
    throw new ScriptError(
      'expected two lines ---- behind an output that begins with one, found the end of the file',
      line,
      'output that holds blank lines is fenced: ----, ----, the output, ----, ----',
    );
  }
  let end = start;
  while (end < lines.length && lines[end]!.trim() !== '') end++;
  return [start, end, end];
}

/** `cmd 1 2 drop=(3, 4) type=MsgApp`: a command, then arguments; spaces part them outside parentheses. */
function parseDirective(text: string, line: number): [command: string, args: Argument[]] {
  const [command] = text.split(' ', 1);
  const args: Argument[] = [];
  let rest = text.slice(command!.length).trim();
  while (rest !== '') {
    const [key] = rest.split(/[ =]/, 1);
    if (key === '') throw new ScriptError(`expected a name before "=", found "${rest}"`, line);
    rest = rest.slice(key!.length);
    let values: string[] = [];
    if (rest.startsWith('=(')) {
      const list = splitList(rest, line);
      values = list.values;
      rest = rest.slice(list.length);
    } else if (rest.startsWith('=')) {
      const [value] = rest.slice(1).split(' ', 1);
      values = [value!];
      rest = rest.slice(1 + value!.length);
    }
    args.push({ key: key!, values });
    rest = rest.trim();
  }
  return [command!, args];
}

/** The values of `=(one, two)`, which may hold parentheses themselves, and how many characters it takes. */
function splitList(text: string, line: number): { values: string[]; length: number } {
  const values: string[] = [];
  let depth = 0;
  let from = 2;
  for (let at = 1; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    if (depth === 0 || (depth === 1 && char === ',')) {
      values.push(text.slice(from, at).trim());
      from = at + 1;
    }
    if (depth === 0) return { values, length: at + 1 };
  }
  throw new ScriptError(`expected a closing parenthesis, found the end of "${text.slice(1)}"`, line);
}

/** Output as a script holds it: every line ended, and blank lines fenced. */
export function formatExpected(output: string): string[] {
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  if (lines.some((each) => each.trim() === '')) return ['----', ...lines, '----', '----'];
  return lines;
}
