/** A cell of a sweep or of a comparison: the value of each axis, as written. */
export type Cell = Readonly<Record<string, string>>;

/** Axes in order of their first appearance. */
export function axesOf(rows: readonly { readonly cell: Cell }[]): readonly string[] {
  const axes = new Set<string>();
  for (const { cell } of rows) for (const axis of Object.keys(cell)) axes.add(axis);
  return [...axes];
}

/**
 * Shorter names for a table's head: the last piece of each path, or as many as tell them apart.
 *
 * `network.members.egress.delay`, `client.balancer` -> `delay`, `balancer`.
 */
export function shortNames(paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    const pieces = path.split('.');
    for (let count = 1; count < pieces.length; count++) {
      const short = pieces.slice(-count).join('.');
      if (paths.every((other) => other === path || !`.${other}`.endsWith(`.${short}`))) return short;
    }
    return path;
  });
}

/** The values of an axis in order of their first appearance. */
export function valuesOf(rows: readonly { readonly cell: Cell }[], axis: string): readonly string[] {
  return [...new Set(rows.map((row) => row.cell[axis] ?? ''))];
}
