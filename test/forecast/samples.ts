import type { Stream } from '../../src/engine/index.js';
import type { Sample } from '../../src/forecast/data-set.js';
import type { State } from '../../src/forecast/features.js';

/** Typical rates of each state: WAL bytes, client bytes, peer bytes, late heartbeats, slow applies. */
const TYPICAL: readonly (readonly number[])[] = [
  [30_000, 17_000, 38_000, 0, 0.1],
  [25_000, 14_000, 31_000, 0, 6],
  [35_000, 140e6, 45_000, 2, 200],
  [33_000, 80e6, 40_000, 1.6, 120],
];

/** `windows` windows of each of `episodes` episodes, whose states take turns; `blur` as a share of each rate. */
export function samplesOf(
  draws: Stream,
  { episodes = 16, windows = 10, blur = 0.2 }: { episodes?: number; windows?: number; blur?: number } = {},
): Sample[] {
  return Array.from({ length: episodes * windows }, (_, i): Sample => {
    const episode = Math.floor(i / windows);
    const state = (episode % 4) as State;
    const features = TYPICAL[state]!.map((rate) => Math.max(0, rate * (1 + blur * (2 * draws.uniform() - 1))));
    return { episode, timeS: i, state, features, clean: true, apart: true };
  });
}
