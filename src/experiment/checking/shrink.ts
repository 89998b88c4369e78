import { fitted } from './arbitraries.js';
import { type CheckRunOptions, runSchedule } from './run-schedule.js';
import { type CheckSettings, memberCount, type Schedule, type Step } from './schedule.js';

export interface ShrinkOptions extends CheckRunOptions {
  /** The property that the schedule violates; a smaller one must violate the same. */
  readonly property: string;
  /** How many schedules may be tried. */
  readonly attempts?: number;
}

/** What settings go back to, where that keeps the violation: the plainest cluster. */
const PLAIN: Partial<CheckSettings> = {
  spares: 0,
  clients: 1,
  delayMs: 0,
  jitterMs: 0,
  fsyncMs: 1,
  snapshotCount: 10_000,
  maxInflight: 512,
  maxMessageBytes: 1_048_576,
  balancer: 'round-robin',
  preVote: false,
  checkQuorum: true,
};

/**
 * A schedule that violates the same property with fewer steps, on a plainer cluster.
 *
 * Leaves out ever smaller groups of steps (delta debugging, Zeller & Hildebrandt 2002), then makes settings plain, the
 * cluster smaller, the run shorter and times round, as long as that changes anything. Deterministic.
 */
export function shrinkSchedule(schedule: Schedule, options: ShrinkOptions): Schedule {
  let left = options.attempts ?? 300;
  const fails = (candidate: Schedule): boolean => {
    if (left <= 0) return false;
    left--;
    return runSchedule(candidate, options).violation?.property === options.property;
  };
  let current = schedule;
  for (;;) {
    const before = JSON.stringify(current);
    current = fewerSteps(current, fails);
    current = plainer(current, fails);
    current = rounder(current, fails);
    if (JSON.stringify(current) === before || left <= 0) return current;
  }
}

type Fails = (candidate: Schedule) => boolean;

function fewerSteps(schedule: Schedule, fails: Fails): Schedule {
  let current = schedule;
  let size = Math.ceil(current.steps.length / 2);
  while (size >= 1 && current.steps.length > 0) {
    let removed = false;
    for (let from = 0; from < current.steps.length; ) {
      const steps = [...current.steps.slice(0, from), ...current.steps.slice(from + size)];
      const candidate = { ...current, steps };
      if (fails(candidate)) {
        current = candidate;
        removed = true;
      } else {
        from += size;
      }
    }
    if (!removed || size > 1) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return current;
}

function plainer(schedule: Schedule, fails: Fails): Schedule {
  let current = schedule;
  const attempt = (settings: CheckSettings, runMs = current.runMs): void => {
    const candidate = { ...current, settings, runMs, steps: fitted(current.steps, settings, runMs) };
    if (JSON.stringify(candidate) !== JSON.stringify(current) && fails(candidate)) current = candidate;
  };
  for (const [name, value] of Object.entries(PLAIN)) attempt({ ...current.settings, [name]: value });
  for (const voters of [3, 4, 5]) {
    if (voters < current.settings.voters) attempt({ ...current.settings, voters });
  }
  const last = current.steps.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
  for (const runMs of [500, 1000, 1500, 3000])
    if (runMs > last && runMs < current.runMs) attempt(current.settings, runMs);
  return memberCount(current.settings) > 0 ? current : schedule;
}

function rounder(schedule: Schedule, fails: Fails): Schedule {
  let current = schedule;
  current.steps.forEach((_, i) => {
    const step = current.steps[i]!;
    for (const to of [100, 10]) {
      const atMs = Math.round(step.atMs / to) * to;
      if (atMs === step.atMs) continue;
      const steps: Step[] = current.steps.map((each, j) => (j === i ? { ...step, atMs } : each));
      const candidate = { ...current, steps };
      if (!fails(candidate)) continue;
      current = candidate;
      break;
    }
  });
  return current;
}
