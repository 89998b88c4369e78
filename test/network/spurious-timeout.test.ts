import { describe, expect, test } from 'vitest';
import { NETEM_OFF } from '../../src/network/index.js';
import { BASE_US, connect, setting } from './setting.js';

const INTERVAL_US = 100_000;

/** Arrivals, µs after the step, of messages sent every 100 ms while the delay of both hosts steps from 0 to `delayUs`. */
function arrivalsAfterStep(delayUs: number, fromUs = 0): number[] {
  const world = setting({ a: { delayUs: fromUs }, b: { delayUs: fromUs } });
  const { dialling, accepting } = connect(world);
  const { simulator, network } = world;
  const stepUs = simulator.nowUs + 1_050_000;
  const arrivals: number[] = [];
  accepting.onMessage = () => void arrivals.push(simulator.nowUs - stepUs);
  for (let i = 1; i <= 60; i++) {
    simulator.schedule(INTERVAL_US * i, () => dialling.send(i, 30), undefined);
  }
  simulator.scheduleAt(
    stepUs,
    () => {
      for (const host of ['a', 'b']) network.setEgress(host, { ...NETEM_OFF, delayUs });
    },
    undefined,
  );
  simulator.run();
  expect(arrivals).toHaveLength(60);
  return arrivals.filter((timeUs) => timeUs > 0);
}

function longestGapUs(arrivals: readonly number[]): number {
  return Math.max(...arrivals.slice(1).map((timeUs, i) => timeUs - arrivals[i]!));
}

describe('a stream of small messages when the delay steps up', () => {
  test('goes on, only later, as long as the round trip stays below the timeout', () => {
    for (const delayUs of [10_000, 60_000, 95_000]) {
      const arrivals = arrivalsAfterStep(delayUs);
      expect(arrivals[0]).toBe(50_000 + delayUs + BASE_US);
      expect(longestGapUs(arrivals)).toBe(INTERVAL_US);
    }
  });

  test.each([300_000, 600_000, 750_000])(
    'falls silent from the timeout to the first acknowledgement (%i us)',
    (delayUs) => {
      const arrivals = arrivalsAfterStep(delayUs);
      // Sent 50, 150, 250 and 350 ms after the step; the probe at 158 ms, the timeout 200 ms and a round trip later.
      const sentBefore = [50_000, 150_000, 250_000, 350_000].map((timeUs) => timeUs + delayUs + BASE_US);
      expect(arrivals.slice(0, 4)).toEqual(sentBefore);
      // The acknowledgement of the first sets it going again, with all that has waited.
      const resumedUs = 50_000 + 2 * (delayUs + BASE_US) + delayUs + BASE_US;
      expect(arrivals[4]).toBe(resumedUs);
      expect(arrivals.filter((timeUs) => timeUs === resumedUs).length).toBe(
        Math.ceil((50_000 + 2 * delayUs + 2 * BASE_US - 450_000) / INTERVAL_US),
      );
      // From then on the sender knows the new round trip.
      const afterwards = arrivals.filter((timeUs) => timeUs > resumedUs);
      expect(afterwards.length).toBeGreaterThan(20);
      expect(longestGapUs(afterwards)).toBe(INTERVAL_US);
    },
  );

  test('knows a long round trip from the handshake: nothing happens without a step, or when the delay falls', () => {
    expect(longestGapUs(arrivalsAfterStep(750_000, 750_000))).toBe(INTERVAL_US);
    const fallen = arrivalsAfterStep(100_000, 400_000);
    expect(longestGapUs(fallen)).toBeLessThanOrEqual(INTERVAL_US + 300_000);
  });
});
