import { PlugInError } from './plug-in.js';
import type { Pulse } from './pulse.js';

/** How long a plug-in may stand still before it counts as one that never returns, ms. */
export const PATIENCE_MS = 10_000;
const LOOK_MS = 100;
/** One that stands still without using the processor is given this many times as long. */
const WAITING = 12;

/**
 * Looks at a thread's pulse until `over` is called; calls `stuck` once if it stands still for too long.
 *
 * Real time, since what never returns stops virtual time; and the processor's, since on a busy machine a thread that is
 * only waiting for its turn moves as little.
 */
export function watchPulse(
  pulse: Pulse,
  { files, patienceMs = PATIENCE_MS, stuck }: WatchOptions,
): { readonly over: () => void } {
  let beats = pulse.beats;
  let stillMs = 0;
  let cpuBefore = cpuMs();
  const timer = setInterval(() => {
    const now = pulse.beats;
    stillMs = now === beats ? stillMs + LOOK_MS : 0;
    beats = now;
    if (stillMs === 0) cpuBefore = cpuMs();
    const busyMs = cpuMs() - cpuBefore;
    if (stillMs < patienceMs || (busyMs < patienceMs && stillMs < WAITING * patienceMs)) return;
    clearInterval(timer);
    const { whose, busyWith = 'its code', rule } = pulse;
    const file = whose === undefined ? undefined : files[whose];
    const still = `nothing moved for ${patienceMs / 1000} s`;
    stuck(new PlugInError(file ?? files.join(', '), `[${rule}] never returned from ${busyWith}: ${still}`));
  }, LOOK_MS);
  return { over: () => clearInterval(timer) };
}

/** Of this process, with all its threads. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export interface WatchOptions {
  /** Whose code runs there, for the message. */
  readonly files: readonly string[];
  readonly patienceMs?: number | undefined;
  readonly stuck: (error: PlugInError) => void;
}
