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
    const doing = pulse.busyWith;
    const what = doing === undefined ? 'its code' : doing;
    stuck(
      new PlugInError(files.join(', '), `[B5] never returned from ${what}: nothing moved for ${patienceMs / 1000} s`),
    );
  }, LOOK_MS);
  return { over: () => clearInterval(timer) };
}

export interface WatchOptions {
  /** Whose code runs there, for the message. */
  readonly files: readonly string[];
  readonly patienceMs?: number | undefined;
  readonly stuck: (error: PlugInError) => void;
}
