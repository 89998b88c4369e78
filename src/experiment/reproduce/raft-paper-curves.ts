/** Times in ms by range of election timeouts (`150-300`), in the file's order. */
export type Curves = ReadonlyMap<string, readonly number[]>;

const RANGE = /^(\d+)-(\d+)$/;

/**
 * Reads lines of `range,cumulative share,time in ms`; the first line is the heading.
 *
 * @throws Error that names the line that is none
 */
export function readCurves(text: string, fileName: string): Curves {
  const curves = new Map<string, number[]>();
  const lines = text.split(/\r?\n/);
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!.trim();
    if (line === '') continue;
    const [range = '', , time = ''] = line.split(',').map((field) => field.trim());
    const [, shortest, longest] = RANGE.exec(range) ?? [];
    const timeMs = time === '' ? Number.NaN : Number(time);
    if (!(Number(shortest) <= Number(longest)) || !(timeMs >= 0 && timeMs < Number.POSITIVE_INFINITY)) {
      throw new Error(`${fileName}:${i + 1}: expected range,share,time in ms (150-300,0.5,171.3), found ${line}`);
    }
    const times = curves.get(range);
    if (times === undefined) curves.set(range, [timeMs]);
    else times.push(timeMs);
  }
  if (curves.size === 0) throw new Error(`${fileName}: no elections in it`);
  return curves;
}
