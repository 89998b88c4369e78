import { z } from 'zod';
import { nearest } from './nearest.js';
import {
  type Limits,
  type Reading,
  readBitRate,
  readByteRate,
  readCost,
  readDuration,
  readNumber,
  readRate,
  readRatio,
  readSize,
} from './units.js';

/** What an issue of ours carries: read back by `issues.ts`. */
export interface QuantityProblem {
  readonly expected: string;
  readonly hint?: string | undefined;
}

/** A scalar of the file, read by one of `units.ts`; `json` is what an editor is told about it. */
function scalar<T>(read: (value: unknown) => Reading<T>, json: Readonly<Record<string, unknown>>) {
  return z
    .unknown()
    .meta({ ...json })
    .transform((value, context): T => {
      const reading = read(value);
      if (reading.ok) return reading.value;
      const params: QuantityProblem = { expected: reading.expected, hint: reading.hint };
      context.issues.push({ code: 'custom', input: value, message: reading.expected, params: { ...params } });
      return z.NEVER;
    });
}

const NUMBER = String.raw`(\d+(\.\d+)?|\.\d+)`;
const DURATION_JSON = { type: 'string', pattern: `^(${NUMBER}(us|µs|ms|s|m|h))+$`, examples: ['15ms', '2s', '100us'] };

export const duration = () => scalar((value) => readDuration(value), DURATION_JSON);
export const positiveDuration = () => scalar((value) => readDuration(value, { positive: true }), DURATION_JSON);

export const cost = () =>
  scalar(readCost, { type: 'string', pattern: `^${NUMBER}(ns|us|µs|ms)$`, examples: ['90us', '0.5ns'] });

export const size = (limits: Limits = {}) =>
  scalar((value) => readSize(value, limits), {
    type: 'string',
    pattern: `^${NUMBER}(B|[kKMG]B|[KMG]iB)$`,
    examples: ['256B', '64KiB', '1MB'],
  });

export const rate = () =>
  scalar(readRate, { type: 'string', pattern: `^${NUMBER}/(s|min|h)$`, examples: ['50/s', '3000/min'] });

export const byteRate = () =>
  scalar(readByteRate, {
    type: 'string',
    pattern: `^(unlimited|${NUMBER}(B|[kKMG]B|[KMG]iB)/s)$`,
    examples: ['200MB/s', 'unlimited'],
  });

export const bitRate = () =>
  scalar(readBitRate, {
    type: 'string',
    pattern: `^(unlimited|${NUMBER}[kKmMgG]?bit)$`,
    examples: ['1Gbit', '512kbit', 'unlimited'],
  });

export const ratio = () =>
  scalar(readRatio, {
    anyOf: [
      { type: 'number', minimum: 0, maximum: 1 },
      { type: 'string', pattern: `^${NUMBER} ?%$` },
    ],
    examples: [0.05, '5%'],
  });

export const wholeNumber = (limits: Limits = {}) =>
  scalar((value) => readNumber(value, { ...limits, whole: true }), { type: 'integer', ...jsonLimits(limits) });

export const number = (limits: Limits & { readonly above?: number } = {}) =>
  scalar((value) => readNumber(value, limits), {
    type: 'number',
    ...jsonLimits(limits),
    ...(limits.above === undefined ? {} : { exclusiveMinimum: limits.above }),
  });

function jsonLimits({ min, max }: Limits): Record<string, number> {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}

export const flag = () =>
  scalar(
    (value): Reading<boolean> =>
      typeof value === 'boolean'
        ? { ok: true, value }
        : {
            ok: false,
            expected: 'true or false',
            hint:
              value === 'yes' || value === 'on'
                ? 'did you mean true?'
                : value === 'no' || value === 'off'
                  ? 'did you mean false?'
                  : undefined,
          },
    { type: 'boolean' },
  );

export const text = () =>
  scalar(
    (value): Reading<string> =>
      typeof value === 'string' && value.trim() !== ''
        ? { ok: true, value: value.trim() }
        : {
            ok: false,
            expected: 'text',
            hint: typeof value === 'number' || typeof value === 'boolean' ? `put it in quotes: "${value}"` : undefined,
          },
    { type: 'string', minLength: 1 },
  );

const NAME_JSON = '^[A-Za-z][A-Za-z0-9._-]{0,62}$';
const NAME = new RegExp(NAME_JSON);

function readName(value: unknown): Reading<string> {
  if (typeof value === 'string' && NAME.test(value)) return { ok: true, value };
  return { ok: false, expected: 'a name (a letter, then letters, digits, "-", "_" or ".", at most 63)' };
}

/** Letters, digits, `-`, `_`, `.`: what names of members, zones and scenarios are made of. */
export const name = () => scalar(readName, { type: 'string', pattern: NAME_JSON });

/** A name that is looked up later, when plug-ins are known; an editor offers those that ship. @param file allowed too */
export const nameOf = (shipped: readonly { readonly name: string }[], file?: string) =>
  scalar(readName, {
    anyOf: [
      { enum: shipped.map(({ name }) => name) },
      { type: 'string', pattern: NAME_JSON },
      ...(file === undefined ? [] : [{ type: 'string', pattern: file }]),
    ],
  });

/** One of a few words; a number that YAML read, as in `version: 3.5`, counts as its text. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  scalar(
    (value): Reading<Word> => {
      const said = typeof value === 'number' ? String(value) : value;
      const found = words.find((word) => word === said);
      if (found !== undefined) return { ok: true, value: found };
      const close = typeof said === 'string' ? nearest(said, words) : undefined;
      return {
        ok: false,
        expected: words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`,
        hint: close === undefined ? undefined : `did you mean ${close}?`,
      };
    },
    words.some((word) => /^[\d.]+$/.test(word))
      ? { enum: words.flatMap((word) => (/^[\d.]+$/.test(word) ? [word, Number(word)] : [word])) }
      : { enum: [...words] },
  );

/**
 * A map with these keys and no others.
 *
 * The message of an unknown key carries the known ones, for the hint that `issues.ts` makes of them.
 */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}
