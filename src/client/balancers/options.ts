/** Reads a duration from a policy's options: µs as a number, or text with a unit. */
export function durationOption(options: Readonly<Record<string, unknown>>, name: string, defaultUs: number): number {
  const value = options[name];
  if (value === undefined) return defaultUs;
  if (typeof value === 'number') return value;
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(String(value));
  if (match === null) throw new RangeError(`${name}: expected a duration such as 5s, found ${String(value)}`);
  return Math.round(Number(match[1]) * UNIT_US[match[2] as keyof typeof UNIT_US]);
}

const UNIT_US = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000 } as const;
