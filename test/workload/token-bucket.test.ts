import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulator, spawn } from '../../src/engine/index.js';
import { TokenBucket } from '../../src/workload/kube-apiserver-init/token-bucket.js';
import { SEEDS } from './seeds.js';

const RATE = { perSec: 20, burst: 30 };

/** When each of these requests got its token, µs. */
function tokensOf(askedUs: readonly number[]): number[] {
  const simulator = new Simulator(1);
  const bucket = new TokenBucket(simulator, RATE);
  const got: number[] = [];
  for (const atUs of askedUs) {
    simulator.scheduleAt(atUs, () => spawn(bucket.take(), () => void got.push(simulator.nowUs)), undefined);
  }
  simulator.run();
  return got;
}

describe('the token bucket', () => {
  it('lets a burst through at once, then one each 50 ms', () => {
    const got = tokensOf(Array.from({ length: 33 }, () => 7_000_000));
    expect(got.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 7_000_000));
    expect(got.slice(30)).toEqual([7_050_000, 7_100_000, 7_150_000]);
  });

  it('saves up unused time, but no more than one burst', () => {
    const burst = Array.from({ length: 31 }, () => 0);
    const later = Array.from({ length: 31 }, () => 100_000_000);
    const got = tokensOf([...burst, ...later]);
    expect(got.slice(31, 61)).toEqual(Array.from({ length: 30 }, () => 100_000_000));
    expect(got[61]).toBe(100_050_000);
  });

  it.each(SEEDS)(
    'never lets more through than burst and rate allow, and holds nobody back in vain (seed %i)',
    (seed) => {
      let held = 0;
      const times = fc.array(fc.integer({ min: 0, max: 1_500_000 }), { minLength: 30, maxLength: 100, size: 'max' });
      fc.assert(
        fc.property(times, (unsorted) => {
          const asked = unsorted.sort((a, b) => a - b);
          const got = tokensOf(asked);
          if (got.length !== asked.length) return false;
          return got.every((atUs, i) => {
            if (atUs > asked[i]!) held++;
            // Whoever waits does so behind a full burst, and goes first among those that came later.
            const inVain = atUs > asked[i]! && i < RATE.burst;
            const early = atUs < asked[i]! || (i > 0 && atUs < got[i - 1]!);
            return !inVain && !early && !tooMany(got.slice(0, i + 1));
          });
        }),
        { seed, numRuns: 15 },
      );
      expect(held).toBeGreaterThan(0);
    },
  );
});

/** Does any stretch of time up to the last of these hold more of them than a burst and the rate allow? */
function tooMany(got: readonly number[]): boolean {
  const last = got[got.length - 1]!;
  return got.some((first, i) => got.length - i > RATE.burst + (last - first) / 50_000 + 1e-9);
}
