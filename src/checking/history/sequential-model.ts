/**
 * What an object does when it is asked one thing at a time: the yardstick of linearizability.
 *
 * An operation of the search carries its answer with it, or that the answer is not known.
 */
export interface SequentialModel<Op, State> {
  readonly initial: State;
  /** The state afterwards; `undefined` if `op` cannot have had its answer in `state` (or, unknown, would change nothing). */
  step(state: State, op: Op): State | undefined;
  /** Equal for equal states, different otherwise. */
  stateKey(state: State): string;
  /** Operations without a known answer that are equal here can stand for one another. */
  inputKey(op: Op): string;
  /** Wherever the operation fits at all, it leaves the state as it is. */
  isReadOnly(op: Op): boolean;
  /** Whether an operation without a known answer may come next at all; left out: yes. A mere shortcut for `step`. */
  admitsUnknown?(state: State): boolean;
  /** Of those without a known answer, the lowest is tried first; left out: by invocation. A mere hint. */
  deadline?(op: Op): number;
}

/**
 * An operation with its place in time, in any unit that orders.
 *
 * `returned` is Infinity if the answer is not known: it may have happened at any time since `invoked`, or never.
 * Two operations are ordered only if one returned strictly before the other was invoked.
 */
export interface TimedOperation<Op> {
  readonly op: Op;
  readonly invoked: number;
  readonly returned: number;
}
