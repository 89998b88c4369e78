/** Paths into a scenario: `network.links[2].loss` in text, `['network', 'links', 2, 'loss']` in pieces. */

export type PathSegment = string | number;
export type Path = readonly PathSegment[];

/** Joins segments; list places stand in brackets. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}

/**
 * Reads `a.b[2].c`; `a.b.2.c` means the same where `b` is a list.
 *
 * @returns undefined for what is no path: empty names, a bracket without a number
 */
export function parsePath(text: string): Path | undefined {
  const path: PathSegment[] = [];
  for (const part of text.split('.')) {
    const match = /^([^[\]]+)((?:\[\d{1,6}\])*)$/.exec(part.trim());
    if (!match) return undefined;
    if (match[1] === '__proto__') return undefined;
    path.push(match[1]!);
    for (const [, index] of match[2]!.matchAll(/\[(\d+)\]/g)) path.push(Number(index));
  }
  return path;
}

/** Whether `path` is `start` or lies below it. */
export function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((segment, i) => String(segment) === String(path[i]));
}

/** What stands at a path in plain data, or undefined. */
export function valueAt(data: unknown, path: Path): unknown {
  let here = data;
  for (const segment of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = (here as Record<PathSegment, unknown>)[segment];
  }
  return here;
}

/**
 * A copy of `data` with `value` at `path`; maps on the way that are missing are made.
 *
 * @returns an explanation instead when the way leads through something that is no map, or past a list's end
 */
export function withValueAt(data: unknown, path: Path, value: unknown): { data: unknown } | { problem: string } {
  if (path.length === 0) return { data: value };
  const [segment, ...rest] = path;
  if (Array.isArray(data)) {
    const index = typeof segment === 'number' ? segment : /^\d+$/.test(segment!) ? Number(segment) : Number.NaN;
    if (!(index < data.length)) {
      return { problem: `there is no element ${String(segment)} in the list of ${data.length}` };
    }
    const inner = withValueAt(data[index], rest, value);
    return 'problem' in inner ? inner : { data: data.map((element, i) => (i === index ? inner.data : element)) };
  }
  if (data !== undefined && data !== null && typeof data !== 'object') {
    return { problem: `${JSON.stringify(data)} is no map, so there is no ${String(segment)} in it` };
  }
  if (typeof segment === 'number') return { problem: `there is no list to take element ${segment} of` };
  const map = (data ?? {}) as Record<string, unknown>;
  const inner = withValueAt(Object.hasOwn(map, segment!) ? map[segment!] : undefined, rest, value);
  return 'problem' in inner ? inner : { data: { ...map, [segment!]: inner.data } };
}
