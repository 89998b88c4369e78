import type { Member } from '../../etcd/index.js';
import type { Fault } from '../../faults/index.js';
import type { State } from '../../forecast/features.js';

/** What faults do to each member now, in the terms of the four states: what an oracle knows. */
export class Troubles {
  private readonly delayed = new Map<string, number>();
  private readonly loaded = new Map<string, number>();

  stateOf(member: string): State {
    const delay = (this.delayed.get(member) ?? 0) > 0 ? 1 : 0;
    return ((this.loaded.get(member) ?? 0) > 0 ? 2 + delay : delay) as State;
  }

  /** The same fault, whose strikes and ends are taken down. */
  watching(fault: Fault): Fault {
    const counts = fault.name === 'egress-delay' ? this.delayed : fault.name === 'overload' ? this.loaded : undefined;
    if (counts === undefined) return fault;
    return {
      ...fault,
      strike(env, target, options) {
        const undo = fault.strike(env, target, options);
        change(counts, target, 1);
        return () => {
          change(counts, target, -1);
          undo?.();
        };
      },
    };
  }
}

function change(counts: Map<string, number>, { name }: Member, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
