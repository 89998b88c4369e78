import { PlugInError } from './plug-in.js';
import type { Pulse } from './pulse.js';

/** How long a plug-in may stand still before it counts as one that never returns, ms. */
export const PATIENCE_MS = 10_000;
const LOOK_MS = 100;

/**
 * Looks at a thread's pulse until `over` is called; calls `stuck` once if it stands still for too long.
 *
 * Real time, since what never returns stops virtual time.
 */
export function watchPulse(
  pulse: Pulse,
  { files, patienceMs = PATIENCE_MS, stuck }: WatchOptions,
): { readonly over: () => void } {
  let beats = pulse.beats;
  let stillMs = 0;
  const timer = setInterval(() => {
    const now = pulse.beats;
    stillMs = now === beats ? stillMs + LOOK_MS : 0;
    beats = now;
    if (stillMs < patienceMs) return;
    clearInterval(timer);
    const { whose, busyWith = 'its code', rule } = pulse;
    const file = whose === undefined ? undefined : files[whose];
    const still = `nothing moved for ${patienceMs / 1000} s`;
    stuck(new PlugInError(file ?? files.join(', '), `[${rule}] never returned from ${busyWith}: ${still}`));
  }, LOOK_MS);
  return { over: () => clearInterval(timer) };
}

export interface WatchOptions {
  /** Whose code runs there, for the message. */
  readonly files: readonly string[];
  readonly patienceMs?: number | undefined;
  readonly stuck: (error: PlugInError) => void;
}
