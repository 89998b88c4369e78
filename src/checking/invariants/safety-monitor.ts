import { ClusterView } from './cluster-view.js';
import type { InvariantEvent } from './event.js';
import { type Invariant, type InvariantCheck, milliseconds } from './invariant.js';

/** A property that did not hold. */
export interface Violation {
  readonly property: string;
  readonly atUs: number;
  /** The member whose event showed it. */
  readonly member: string;
  /** What is wrong, in a line. */
  readonly text: string;
}

/** The simulated cluster broke a promise: a bug in it, or a seeded one. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError';
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violationText(violation));
    this.violation = violation;
  }
}

/** The lines that a person reads. */
export function violationText({ property, atUs, text }: Violation): string {
  return `violated: ${property} at ${milliseconds(atUs)}\n  ${text}`;
}

/**
 * Watches a run: every event passes every invariant.
 *
 * `mode` 'throw' stops at the first violation; 'collect' keeps the first of each property in `violations`.
 */
export class SafetyMonitor {
  readonly violations: Violation[] = [];
  /** Events so far, by kind: a run that never elected anybody proves nothing. */
  readonly eventCounts = new Map<InvariantEvent['kind'], number>();
  private readonly view = new ClusterView();
  private readonly checks: readonly { readonly property: string; readonly check: InvariantCheck }[];
  private readonly mode: 'throw' | 'collect';

  constructor(invariants: readonly Invariant[], mode: 'throw' | 'collect' = 'throw') {
    this.mode = mode;
    this.checks = invariants.map(({ property, start }) => ({ property, check: start(this.view) }));
  }

  /** @throws ViolationError in mode 'throw' */
  observe(event: InvariantEvent): void {
    this.eventCounts.set(event.kind, (this.eventCounts.get(event.kind) ?? 0) + 1);
    for (const { property, check } of this.checks) this.report(property, event, check.before?.(event));
    this.view.takeIn(event);
    for (const { property, check } of this.checks) this.report(property, event, check.after?.(event));
  }

  private report(property: string, { atUs, member }: InvariantEvent, text: string | undefined): void {
    if (text === undefined || this.violations.some((known) => known.property === property)) return;
    const violation = { property, atUs, member, text };
    this.violations.push(violation);
    if (this.mode === 'throw') throw new ViolationError(violation);
  }
}
