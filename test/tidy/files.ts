import type { Finding, Source } from './source.js';

const LONGEST = 400;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SAYS_NOTHING = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc']);
// Homes of people and machines; a path in a URL or a package has something before its first slash.
const MACHINE_PATH = /(?<![\w.:/~$})\]-])\/(?:home|root|work|Users|mnt)\/[\w.]|\b[A-Z]:\\\\?[A-Z]\w/g;

/** Files longer than they should be: there is a second noun in them. */
export function tooLong({ path, text }: Source): Finding[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > LONGEST ? [`${path}: ${lines} lines, over ${LONGEST}`] : [];
}

/** Folders and files not in kebab-case, or named after nothing. */
export function badNames(path: string): Finding[] {
  const parts = path.replace(/(\.d|\.test|\.bench)?\.[a-z]+$/, '').split('/');
  return parts.flatMap((part) => {
    if (!KEBAB_CASE.test(part)) return [`${path}: ${part} is not kebab-case`];
    const empty = part.split('-').find((word) => SAYS_NOTHING.has(word));
    return empty === undefined ? [] : [`${path}: ${empty} says nothing`];
  });
}

/** Absolute paths of some machine. */
export function machinePaths({ path, text }: Source): Finding[] {
  return text
    .split('\n')
    .flatMap((line, i) => [...line.matchAll(MACHINE_PATH)].map((match) => `${path}:${i + 1}: ${match[0]}`));
}

/** Lines of the `Model:` markers in a file's comments; read line by line, since a scanner loses its way in templates. */
export function modelMarkers({ text }: Source): number[] {
  const lines: number[] = [];
  text.split('\n').forEach((line, i) => {
    if (/^(?:\s*\*|.*\/\/|.*\/\*).*\bModel:/.test(line)) lines.push(i + 1);
  });
  return lines;
}

/**
 * Markers that docs/model.md does not explain, and files it names that have none.
 *
 * An entry is one line (a table's row, a list's item, a heading) that names the file below src/, `network/netem.ts`; a file
 * needs as many lines as it has markers.
 */
export function modelGaps(sources: readonly Source[], page: string): Finding[] {
  const entries = new Map<string, number>();
  for (const line of page.split('\n')) {
    if (!line.startsWith('- ')) continue;
    const named = [...line.matchAll(/(?:\bsrc\/)?\b([a-z0-9-]+(?:\/[a-z0-9-]+)+\.ts)\b/g)].map((match) => match[1]!);
    for (const name of new Set(named)) entries.set(name, (entries.get(name) ?? 0) + 1);
  }
  const findings: Finding[] = [];
  const marked = new Set<string>();
  for (const source of sources) {
    const name = source.path.replace(/^src\//, '');
    const lines = modelMarkers(source);
    if (lines.length > 0) marked.add(name);
    const explained = entries.get(name) ?? 0;
    if (explained < lines.length) {
      findings.push(
        `${source.path}:${lines.join(',')}: ${lines.length} markers, ${explained} entries in docs/model.md`,
      );
    }
  }
  for (const name of entries.keys())
    if (!marked.has(name)) findings.push(`docs/model.md: ${name} has no Model: marker`);
  return findings;
}
