import { describe } from '../../client/contract/index.js';
import type { Fault } from '../../faults/index.js';
import type { PlugInCage } from './cage.js';
import { cagedSimulator } from './caged-simulator.js';

/** The fault in its cage: what it does, what it schedules, and how it undoes it. */
export function cagedFault(fault: Fault, cage: PlugInCage): Fault {
  return {
    name: fault.name,
    summary: fault.summary,
    ...(fault.options === undefined ? {} : { options: fault.options }),
    strike(env, target, options) {
      const caged = { ...env, simulator: cagedSimulator(env.simulator, cage) };
      const undo: unknown = cage.run('strike', () => fault.strike(caged, target, options));
      if (undo === undefined) return undefined;
      if (typeof undo !== 'function') {
        return cage.broken('P2', `strike gave ${describe(undo)}, expected a function that undoes it, or nothing`);
      }
      return () => cage.run('undo', () => undo());
    },
  };
}
