import type { z } from 'zod';
import { childBalancers } from '../client/balancers/index.js';
import type { Choice } from './choices.js';
import { mismatch, type Problem, problemsOf, unknownKey } from './issues.js';
import { duration, flag, name, number, oneOf, positiveDuration, ratio, size, text, wholeNumber } from './quantities.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** Options with a unit or a closed list of words, by the fault's name; each fault lists the same keys. */
export const FAULT_OPTIONS: Readonly<Record<string, Shape>> = {
  partition: { from: oneOf(['peers', 'clients', 'all']), direction: oneOf(['both', 'in', 'out']) },
  'slow-disk': { factor: number({ above: 0, max: 1e6 }), extra: duration() },
  'clock-drift': { rate: number({ above: 0, max: 1000 }) },
  'egress-delay': { delay: duration(), jitter: duration() },
  'packet-loss': { ratio: ratio() },
  'cut-link': { peer: name(), direction: oneOf(['both', 'in', 'out']) },
  'message-loss': { ratio: ratio() },
  'message-duplication': { ratio: ratio(), delay: duration() },
  'message-reordering': { ratio: ratio(), delay: duration() },
  overload: {
    clients: wholeNumber({ min: 1, max: 100_000 }),
    connections: wholeNumber({ min: 1, max: 100_000 }),
    'in-flight': wholeNumber({ min: 1, max: 1000 }),
    'value-size': size({ min: 1, max: 1024 * 1024 }),
  },
  'change-members': { change: oneOf(['add', 'remove', 'replace']), through: name() },
};

/** The same of balancers. */
export const BALANCER_OPTIONS: Readonly<Record<string, Shape>> = {
  'pick-leader': { 'poll-interval': positiveDuration(), literal: flag() },
  'pick-leader-forecast': {
    model: text(),
    'scrape-interval': positiveDuration(),
    hysteresis: wholeNumber({ min: 1, max: 1000 }),
    cooldown: duration(),
    choose: oneOf(['next', 'best']),
    'move-on': oneOf(['delay', 'trouble']),
  },
  'writes-to-leader': { 'poll-interval': positiveDuration() },
  'leader-aware': { rediscovery: positiveDuration(), refresh: positiveDuration(), headers: flag() },
  'grpc-1.7': { 'unhealthy-time': positiveDuration() },
  'pick-first': { shuffle: flag() },
  'peak-ewma': { decay: positiveDuration() },
  nearest: { 'probe-interval': positiveDuration() },
  'weighted-round-robin': {
    blackout: duration(),
    expiry: positiveDuration(),
    'update-interval': positiveDuration(),
    'error-penalty': number({ min: 0, max: 1e6 }),
  },
  'outlier-detection': {
    child: oneOf(childBalancers),
    interval: positiveDuration(),
    'base-ejection': positiveDuration(),
    'max-ejection': positiveDuration(),
    'max-ejected': ratio(),
    'minimum-hosts': wholeNumber({ min: 1, max: 1000 }),
    'request-volume': wholeNumber({ min: 1, max: 1e6 }),
    'failure-threshold': ratio(),
    'deviation-factor': number({ min: 0, max: 100 }),
  },
  fixed: { to: name() },
};

type Options = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the options of a fault or balancer: unknown ones, and values that do not fit.
 *
 * @param data what `at` is a path into
 * @param others keys that stand beside the options in the same map: suggested for a misspelt one
 */
export function optionProblems(
  { name: choiceName, options: known = {} }: Choice,
  given: Options,
  shapes: Readonly<Record<string, Shape>>,
  { data, at, others }: { data: unknown; at: readonly (string | number)[]; others: readonly string[] },
): readonly Problem[] {
  const shape = shapeOf(shapes, choiceName);
  return Object.entries(given).flatMap(([key, value]): readonly Problem[] => {
    const path = [...at, key];
    if (!Object.hasOwn(known, key)) return [unknownKey(path, key, [...others, ...Object.keys(known)])];
    if (!Object.hasOwn(shape, key)) {
      const scalar = ['string', 'number', 'boolean'].includes(typeof value);
      return scalar ? [] : [mismatch(path, data, `a value: ${known[key]}`)];
    }
    const read = shape[key]!.safeParse(value);
    return read.success ? [] : problemsOf(read.error.issues, data, path);
  });
}

/** Options as the rooms take them: durations in µs. Those that no shape is known for stay as written. */
export function resolveOptions(choiceName: string, given: Options, shapes: Readonly<Record<string, Shape>>): Options {
  const shape = shapeOf(shapes, choiceName);
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const read = Object.hasOwn(shape, key) ? shape[key]!.safeParse(value) : undefined;
      return [key, read?.success ? read.data : value];
    }),
  );
}

function shapeOf(shapes: Readonly<Record<string, Shape>>, choiceName: string): Shape {
  return Object.hasOwn(shapes, choiceName) ? shapes[choiceName]! : {};
}
