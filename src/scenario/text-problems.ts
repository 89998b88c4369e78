/** What can be said of a file before it is read as YAML. */

/** More levels than any scenario has. */
export const DEEPEST = 24;
/** Brackets in prose may stay open too, so that only many of them count as nesting before the text is parsed. */
const DEEPEST_TEXT = 200;
export const TOO_DEEP = {
  message: `expected at most ${DEEPEST} levels, found lists or maps nested too deeply`,
  hint: 'no scenario needs more than a few',
};

/** Where something stands in the text. */
export interface TextPlace {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** The whole line. */
  readonly source: string;
}

/** The first thing that is no text. */
export function firstRubbish(lines: readonly string[]): (TextPlace & { readonly what: string }) | undefined {
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

/** Nesting that would exhaust the parser's stack, found without parsing: brackets that stay open, dashes in one line. */
export function firstTooDeep(lines: readonly string[]): TextPlace | undefined {
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
export function sectionAbove(lines: readonly string[], line: number): string {
  const key = /^([A-Za-z][\w-]*):/;
  const above = lines.slice(0, line).findLast((text) => key.test(text));
  return above === undefined ? '' : key.exec(above)![1]!;
}
