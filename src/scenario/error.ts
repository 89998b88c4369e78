/** One problem of a scenario, in words for the person who wrote it. All problems are reported at once. */
export interface ScenarioError {
  readonly place: ErrorPlace;
  /** Path in the scenario: `network.links[2].loss`; '' for the whole file. */
  readonly path: string;
  /** What is wrong: `expected a ratio 0..1 or a percentage, found 5`. */
  readonly message: string;
  /** The same in two parts, where the problem has them. */
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Where the offending text stands: in the file, or in a flag such as `--set client.balancer`. */
export type ErrorPlace =
  | {
      readonly kind: 'file';
      readonly file: string;
      /** 1-based. */
      readonly line: number;
      /** 1-based, in characters. */
      readonly column: number;
      /** The whole line as it stands in the file; undefined where there is none to show. */
      readonly source: string | undefined;
    }
  | { readonly kind: 'flag'; readonly flag: string };

const EXCERPT_WIDTH = 100;

/** The error as it is printed: place, path, problem, the line with a caret, the hint. No colour, no final newline. */
export function formatScenarioError(error: ScenarioError, word: 'error' | 'doubt' = 'error'): string {
  const { place } = error;
  const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
  if (place.kind === 'flag') {
    // The flag names the path already, unless the problem lies deeper than what the flag set.
    const where = error.path === '' || place.flag.includes(error.path) ? '' : `${printable(error.path)}: `;
    return `${word}: ${place.flag}: ${where}${error.message}${hint}`;
  }
  const path = error.path === '' ? '' : `${printable(error.path)}: `;
  const head = `${word}: ${place.file}:${place.line}:${place.column}: ${path}${error.message}`;
  return `${head}${excerpt(place.source, place.line, place.column)}${hint}`;
}

function excerpt(source: string | undefined, line: number, column: number): string {
  if (source === undefined) return '';
  // Long lines are cut around the caret, and what a terminal would act on is replaced.
  const from = source.length <= EXCERPT_WIDTH ? 0 : Math.max(0, column - 1 - Math.floor(EXCERPT_WIDTH / 2));
  const shown = printable(source.slice(from, from + EXCERPT_WIDTH)).trimEnd();
  const number = String(line).padStart(5);
  return `\n${number} | ${shown}\n${' '.repeat(number.length)} | ${' '.repeat(column - 1 - from)}^`;
}

/** Tabs become one blank, so that the caret stays under its column; control characters become `?`. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this function is about
  return text.replace(/\t/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\ufeff]/g, '?');
}
