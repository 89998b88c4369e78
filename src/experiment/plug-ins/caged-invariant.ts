import type { Invariant, InvariantCheck } from '../../checking/invariants/invariant.js';
import { describe } from '../../client/contract/index.js';
import type { PlugInCage } from './cage.js';

/** The invariant in its cage: it says what is wrong, or nothing. */
export function cagedInvariant(invariant: Invariant, cage: PlugInCage): Invariant {
  return {
    property: invariant.property,
    meaning: invariant.meaning,
    start(view) {
      const check = cage.run('start', () => invariant.start(view));
      if (typeof check !== 'object' || check === null || (check.before === undefined && check.after === undefined)) {
        return cage.broken('P2', `start gave ${describe(check)}, expected an object with before or after`);
      }
      return { ...looking(check, 'before', cage), ...looking(check, 'after', cage) };
    },
  };
}

function looking(check: InvariantCheck, moment: 'before' | 'after', cage: PlugInCage): InvariantCheck {
  if (check[moment] === undefined) return {};
  if (typeof check[moment] !== 'function') cage.broken('P2', `${moment} is ${describe(check[moment])}`);
  return {
    [moment]: (event: Parameters<NonNullable<InvariantCheck['after']>>[0]) => {
      const found: unknown = cage.run(moment, () => check[moment]!(event));
      if (found === undefined || typeof found === 'string') return found;
      return cage.broken(
        'P2',
        `${moment} gave ${describe(found)}, expected a text that says what is wrong, or nothing`,
      );
    },
  };
}
