import type { ClusterView } from './cluster-view.js';
import type { InvariantEvent } from './event.js';

/** A property that holds at every moment. One file each; stateless: `start` makes what one run needs. */
export interface Invariant {
  /** As in the Raft paper, where it has a name there. */
  readonly property: string;
  /** What it says, in a sentence. */
  readonly meaning: string;
  start(view: ClusterView): InvariantCheck;
}

/** An invariant on guard. Each call costs the same however long the run; a text says what is wrong. */
export interface InvariantCheck {
  /** Called while the view shows how things were. */
  before?(event: InvariantEvent): string | undefined;
  /** Called when the view has taken the event in. */
  after?(event: InvariantEvent): string | undefined;
}

/** `12398.020 ms`. */
export function milliseconds(atUs: number): string {
  return `${(atUs / 1000).toFixed(3)} ms`;
}
