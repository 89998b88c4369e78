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

/** A number from a policy's options. */
export function numberOption(options: Readonly<Record<string, unknown>>, name: string, otherwise: number): number {
  const value = options[name];
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new RangeError(`${name}: expected a number, found ${String(value)}`);
  return number;
}

/** `true` or `false` from a policy's options. */
export function flagOption(options: Readonly<Record<string, unknown>>, name: string, otherwise: boolean): boolean {
  const value = options[name];
  if (value === undefined) return otherwise;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new RangeError(`${name}: expected true or false, found ${String(value)}`);
}
