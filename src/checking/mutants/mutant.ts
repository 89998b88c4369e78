import { etcdDecisions, type MemberConduct, type MemberDecisions } from '../../etcd/index.js';
import { etcdRules, type RaftRules } from '../../raft/rules.js';

/** What a client's choice of a member becomes. */
export interface ClientMutation {
  /** @param before the endpoint chosen last; @param offered what its policy chooses now */
  pick(before: string | undefined, offered: string): string;
  /** An answer named this leader. @returns the endpoint to go to from now on; undefined: as before */
  heard?(before: string | undefined, leader: string | undefined): string | undefined;
}

/** Where a mutant is looked for: settings that it needs, faults and asks that bring it out. Left out: everywhere. */
export interface MutantAim {
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  readonly actions?: readonly string[];
  readonly asks?: readonly string[];
  /** Steps that every other schedule begins from: what has to come together, in rough order. As in a schedule. */
  readonly sketch?: readonly Readonly<Record<string, unknown>>[];
}

/** A seeded bug: what somebody's Raft or etcd once did, in one switch. Or an equivalent one, which is no bug. */
export interface Mutant {
  readonly name: string;
  /** Whose bug it was, or where the rule it breaks stands. */
  readonly source: string;
  /** What it violates, by its name in a violation (the first that is found may be another); of an equivalent one, why it violates nothing. */
  readonly property: string;
  /** In how many runs a check finds it, at most. */
  readonly budgetRuns: number;
  readonly equivalent?: boolean;
  /** Made anew for each run: some keep count. */
  readonly conduct?: () => MemberConduct;
  readonly client?: ClientMutation;
  readonly aim?: MutantAim;
}

/** Raft's rules with some replaced. */
export function withRules(rules: Partial<RaftRules>): () => MemberConduct {
  const replaced: RaftRules = { ...etcdRules, ...rules };
  return () => ({ rules: replaced });
}

/** A member's decisions with some replaced. `decisions` makes those of one process. */
export function withDecisions(decisions: () => Partial<MemberDecisions>): () => MemberConduct {
  return () => ({ decisions: () => ({ ...etcdDecisions, ...decisions() }) });
}
