import type { Claim } from './claim.js';
import { electionClaims } from './elections.js';
import { membershipClaims } from './membership.js';
import { paperClaims } from './paper.js';
import { readClaims } from './reads.js';
import { replicationClaims } from './replication.js';
import { roleClaims } from './roles.js';
import { snapshotClaims } from './snapshots.js';
import { storageClaims } from './storage.js';
import { transferClaims } from './transfer.js';

/** Every claim by what it is about: what a seeded fault is held against. */
export const allClaims: Readonly<Record<string, readonly Claim[]>> = {
  'the Raft paper': paperClaims,
  elections: electionClaims,
  'a change of role': roleClaims,
  replication: replicationClaims,
  storage: storageClaims,
  snapshots: snapshotClaims,
  membership: membershipClaims,
  transfer: transferClaims,
  reads: readClaims,
};
