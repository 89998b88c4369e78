import { electionMutants } from './elections.js';
import { equivalentMutants } from './equivalent.js';
import { membershipMutants } from './membership.js';
import type { Mutant } from './mutant.js';
import { replicationMutants } from './replication.js';
import { serviceMutants } from './service.js';

export type { ClientMutation, Mutant, MutantAim } from './mutant.js';

/** All seeded bugs, and behind them those that are none. A new one is one entry in one of these lists. */
export const mutants: readonly Mutant[] = [
  ...electionMutants,
  ...replicationMutants,
  ...membershipMutants,
  ...serviceMutants,
  ...equivalentMutants,
];
