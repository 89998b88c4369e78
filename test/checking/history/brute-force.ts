import type { TimedOperation } from '../../../src/checking/index.js';

/**
 * Linearizability by its definition: some order of all answered and some of the other operations, in which none comes
 * before one that returned before it began, and in which every answer is the right one.
 *
 * @param replay whether a sequence of operations gives all their answers
 */
export function isLinearizableByForce<Op>(
  operations: readonly TimedOperation<Op>[],
  replay: (sequence: readonly Op[]) => boolean,
): boolean {
  const extend = (sequence: readonly TimedOperation<Op>[], rest: readonly TimedOperation<Op>[]): boolean => {
    const ops = sequence.map(({ op }) => op);
    if (!replay(ops)) return false;
    if (rest.every(({ returned }) => returned === Number.POSITIVE_INFINITY)) return true;
    return rest.some((next) => {
      const others = rest.filter((other) => other !== next);
      if (others.some(({ returned }) => returned < next.invoked)) return false;
      return extend([...sequence, next], others);
    });
  };
  return extend([], operations);
}
