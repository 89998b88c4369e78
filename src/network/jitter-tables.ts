import { exp, pow } from '../engine/index.js';
import type { NetemConfig } from './types.js';

/**
 * tc-netem's distribution tables: inverse distribution functions in units of the jitter, 4096 steps, cut at +-4.
 *
 * Built on first use. Source: iproute2 netem/normal.c, pareto.c, paretonormal.c.
 */
export const TABLE_SIZE = 4096;
const HIGHEST = 32767 / 8192;
const LOWEST = -4;

const built = new Map<string, Float64Array>();

/** The table of a distribution; undefined for `uniform`, which needs none. */
export function jitterTable(distribution: NetemConfig['distribution']): Float64Array | undefined {
  if (distribution === 'uniform') return undefined;
  let table = built.get(distribution);
  if (table === undefined) {
    table = distribution === 'normal' ? normalTable() : distribution === 'pareto' ? paretoTable() : paretoNormalTable();
    built.set(distribution, table);
  }
  return table;
}

/** Shape 3, moved to mean 0 and stretched by 4/3; its standard deviation is a little below 1 once the tail is cut. */
function paretoTable(): Float64Array {
  return Float64Array.from({ length: TABLE_SIZE }, (_, step) => paretoValue(step));
}

function paretoValue(step: number): number {
  return cut((pow(1 - step / TABLE_SIZE, -1 / 3) - 1.5) * (4 / 3));
}

function paretoNormalTable(): Float64Array {
  return normalTable().map((normal, step) => cut((normal + 3 * paretoValue(step)) / 4));
}

function normalTable(): Float64Array {
  const table = new Float64Array(TABLE_SIZE);
  // Newton's method from the last quantile on, outwards from the middle; there it only ever approaches from below.
  let x = 0;
  for (let step = TABLE_SIZE / 2; step < TABLE_SIZE; step++) {
    x = normalQuantile(probability(step), x);
    table[step] = cut(x);
  }
  x = 0;
  for (let step = TABLE_SIZE / 2 - 1; step >= 0; step--) {
    x = normalQuantile(1 - probability(step), x);
    table[step] = cut(-x);
  }
  return table;
}

/** Upper edge of the 1/16384 that netem's table entry stands for. */
function probability(step: number): number {
  return (4 * step + 0.5) / (4 * TABLE_SIZE);
}

function normalQuantile(p: number, from: number): number {
  let x = from;
  for (let round = 0; round < 30; round++) {
    const density = 0.3989422804014327 * exp((-x * x) / 2);
    // Phi(x) = 1/2 + density * (x + x^3/3 + x^5/(3*5) + ...)
    let term = x;
    let sum = x;
    for (let n = 3; term > 1e-17 * sum; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    const move = (p - 0.5 - density * sum) / density;
    x += move;
    if (move < 1e-12 && move > -1e-12) break;
  }
  return x;
}

function cut(value: number): number {
  return value > HIGHEST ? HIGHEST : Math.max(value, LOWEST);
}
