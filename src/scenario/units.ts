/**
 * Numbers with their units, as people write them: `15ms`, `64KiB`, `50/s`, `1Gbit`, `5%`.
 *
 * Each reader takes whatever stood in the file and says what it means, or what it should have been.
 */

export type Reading<T = number> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly expected: string; readonly hint?: string | undefined };

const NUMBER = String.raw`(\d+(?:\.\d+)?|\.\d+)`;

/** µs a unit. `µs` is accepted in both of its Unicode spellings. */
const TIME_UNITS: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};
const TIME_TEXT = new RegExp(`^(?:${NUMBER}(us|µs|μs|ms|s|m|h))+$`);
const TIME_PART = new RegExp(`${NUMBER}(us|µs|μs|ms|s|m|h)`, 'g');
const LONGEST_US = 365 * 24 * 3600e6;

export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** A duration in whole µs: `15ms`, `2s`, `100us`, `1m30s`; at most 365 days. */
export function readDuration(value: unknown, limits: { readonly positive?: boolean } = {}): Reading {
  const expected = limits.positive
    ? 'a duration above 0 with its unit (100us, 15ms, 2s, 5m)'
    : 'a duration with its unit (100us, 15ms, 2s, 5m)';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  if (!TIME_TEXT.test(text)) return { ok: false, expected, hint: unitHint(text, TIME_UNITS, 'ms') };
  let us = 0;
  for (const [, number, unit] of text.matchAll(TIME_PART)) us += Number(number) * TIME_UNITS[unit!]!;
  if (us > LONGEST_US) return { ok: false, expected: 'a duration of at most 365 days (8760h)' };
  const whole = Math.round(us);
  if (Math.abs(whole - us) > 1e-6 * Math.max(1, us)) {
    return { ok: false, expected: 'a duration in whole microseconds', hint: `did you mean ${Math.max(1, whole)}us?` };
  }
  if (limits.positive && whole === 0) return { ok: false, expected };
  return { ok: true, value: whole };
}

const COST_UNITS: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, µs: 1, μs: 1, ms: 1e3 };
const COST_TEXT = new RegExp(`^${NUMBER}(ns|us|µs|μs|ms)$`);

/** CPU time of one small step in µs, fractions allowed: `0.5ns`, `90us`. */
export function readCost(value: unknown): Reading {
  const expected = 'a CPU time with its unit (0.5ns, 90us, 1ms)';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  const match = COST_TEXT.exec(text);
  if (!match) return { ok: false, expected, hint: unitHint(text, COST_UNITS, 'us') };
  const us = Number(match[1]) * COST_UNITS[match[2]!]!;
  return us <= 1e6 ? { ok: true, value: us } : { ok: false, expected: 'a CPU time of at most 1000ms' };
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const SIZE_TEXT = new RegExp(`^${NUMBER}(B|[kKMG]B|[KMG]iB)$`);

/** A size in whole bytes: `256B`, `64KiB`, `1MB`. */
export function readSize(value: unknown, limits: Limits = {}): Reading {
  const { min = 0, max = 2 ** 40 } = limits;
  const expected = 'a size with its unit (256B, 64KiB, 1MB)';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  const match = SIZE_TEXT.exec(text);
  if (!match) return { ok: false, expected, hint: unitHint(text, SIZE_UNITS, 'B') };
  const bytes = Math.round(Number(match[1]) * SIZE_UNITS[match[2]!]!);
  if (bytes < min) return { ok: false, expected: `a size of at least ${min}B` };
  if (bytes > max) return { ok: false, expected: `a size of at most ${max}B` };
  return { ok: true, value: bytes };
}

const RATE_TEXT = new RegExp(`^${NUMBER}/(s|min|h)$`);
const RATE_UNITS: Readonly<Record<string, number>> = { '/s': 1, '/min': 1 / 60, '/h': 1 / 3600 };

/** Events a second, above 0: `50/s`, `3000/min`. */
export function readRate(value: unknown): Reading {
  const expected = 'a rate above 0 with its unit (50/s, 3000/min)';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  const match = RATE_TEXT.exec(text);
  if (!match) return { ok: false, expected, hint: unitHint(text, RATE_UNITS, '/s') };
  const perSec = Number(match[1]) * RATE_UNITS[`/${match[2]}`]!;
  if (perSec <= 0 || perSec > 1e6) return { ok: false, expected: 'a rate above 0/s, at most 1000000/s' };
  return { ok: true, value: perSec };
}

const BYTE_RATE_TEXT = new RegExp(`^${NUMBER}(B|[kKMG]B|[KMG]iB)/s$`);

/** Bytes a second: `200MB/s`, or `unlimited`, which reads as 0. */
export function readByteRate(value: unknown): Reading {
  const expected = 'a byte rate above 0 with its unit (200MB/s), or unlimited';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  if (text === 'unlimited') return { ok: true, value: 0 };
  const match = BYTE_RATE_TEXT.exec(text);
  if (!match) return { ok: false, expected, hint: unitHint(text.replace(/\/s$/, ''), SIZE_UNITS, 'MB', '/s') };
  const perSec = Number(match[1]) * SIZE_UNITS[match[2]!]!;
  return perSec > 0 ? { ok: true, value: perSec } : { ok: false, expected };
}

const BIT_UNITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const BIT_TEXT = new RegExp(`^${NUMBER}([kmg]?bit)$`);

/** Bits a second in tc's words, whatever the case: `1Gbit`, `512kbit`; or `unlimited`, which reads as 0. */
export function readBitRate(value: unknown): Reading {
  const expected = "a bit rate above 0 in tc's words (512kbit, 100Mbit, 1Gbit), or unlimited";
  const text = asText(value)?.toLowerCase();
  if (text === undefined) return { ok: false, expected };
  if (text === 'unlimited') return { ok: true, value: 0 };
  const match = BIT_TEXT.exec(text);
  if (!match) {
    const bytes = new RegExp(`^${NUMBER}([kmg]?)(?:bps|b/s|bit/s)$`).exec(text);
    // tc reads 1Mbps as megabytes, everyone else as megabits: neither is guessed.
    if (bytes) return { ok: false, expected, hint: `did you mean ${bytes[1]}${bytes[2]}bit?` };
    return { ok: false, expected, hint: unitHint(text, BIT_UNITS, 'mbit') };
  }
  const perSec = Number(match[1]) * BIT_UNITS[match[2]!]!;
  return perSec > 0 ? { ok: true, value: perSec } : { ok: false, expected };
}

const PERCENT_TEXT = new RegExp(`^${NUMBER}\\s?%$`);

/** A share 0..1: `0.05` or `5%`. */
export function readRatio(value: unknown): Reading {
  const expected = 'a ratio 0..1 or a percentage';
  const text = asText(value);
  if (text === undefined) return { ok: false, expected };
  const percent = PERCENT_TEXT.exec(text);
  const ratio = percent ? Number(percent[1]) / 100 : text === '' ? Number.NaN : Number(text);
  if (ratio >= 0 && ratio <= 1) return { ok: true, value: ratio };
  return { ok: false, expected, hint: !percent && ratio > 1 && ratio <= 100 ? `did you mean ${text}% ?` : undefined };
}

/** A number without dimension. */
export function readNumber(
  value: unknown,
  limits: Limits & { readonly whole?: boolean; readonly above?: number } = {},
): Reading {
  const { min, max, whole, above } = limits;
  const what = whole ? 'a whole number' : 'a number';
  const range =
    above !== undefined
      ? ` above ${above}${max === undefined ? '' : `, at most ${max}`}`
      : min !== undefined && max !== undefined
        ? ` ${min}..${max}`
        : min !== undefined
          ? ` of at least ${min}`
          : max !== undefined
            ? ` of at most ${max}`
            : '';
  const quoted = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  const hint = quoted ? `without quotes: ${value}` : undefined;
  const wrong: Reading = { ok: false, expected: what + range, hint };
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrong;
  if (whole && !Number.isSafeInteger(value)) return wrong;
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) return wrong;
  if (above !== undefined && value <= above) return wrong;
  return { ok: true, value };
}

/** Numbers and texts are read alike; anything else, and what is no finite number, is not. */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return undefined;
}

/** `15` -> did you mean 15ms?; `15 MS` -> 15ms; `-5ms` -> it cannot be negative. */
function unitHint(
  text: string,
  units: Readonly<Record<string, number>>,
  usual: string,
  suffix = '',
): string | undefined {
  if (/^-/.test(text)) return 'it cannot be negative';
  if (/^\d+,\d/.test(text)) return `did you mean ${text.replace(',', '.')}?`;
  const match = new RegExp(`^${NUMBER}\\s*([^\\d\\s]*)$`).exec(text);
  if (!match) {
    const plain = withPlainNumber(text);
    const sound = new RegExp(`^${NUMBER}(${Object.keys(units).join('|')})$`).test(plain);
    return sound ? `did you mean ${plain}${suffix}?` : undefined;
  }
  const [, number, unit] = match;
  if (unit === '') {
    // A bare duration is as likely meant in one unit as in the other.
    return usual === 'ms' ? `did you mean ${number}ms, or ${number}s?` : `did you mean ${number}${usual}${suffix}?`;
  }
  const names = Object.keys(units);
  const known = LONG_UNITS[unit!.toLowerCase()] ?? names.find((name) => name.toLowerCase() === unit!.toLowerCase());
  if (known !== undefined && names.includes(known)) return `did you mean ${number}${known}${suffix}?`;
  return `units: ${names.filter((name) => name !== 'μs' && name !== 'µs').join(', ')}${suffix}`;
}

/** `+15ms`, `1_000ms`, `1e3ms`: other languages' numbers. */
function withPlainNumber(text: string): string {
  return text
    .replace(/^\+/, '')
    .replace(/(\d)_(?=\d)/g, '$1')
    .replace(/^[\d.]+e[+-]?\d+/i, (number) => String(Number(number)));
}

const LONG_UNITS: Readonly<Record<string, string>> = {
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  msec: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
  usec: 'us',
  micros: 'us',
  microseconds: 'us',
  min: 'm',
  mins: 'm',
  minutes: 'm',
  hours: 'h',
  k: 'KiB',
  kib: 'KiB',
  mib: 'MiB',
  gib: 'GiB',
  bytes: 'B',
  rps: '/s',
  qps: '/s',
  'req/s': '/s',
  'ops/s': '/s',
};
