import { configIntersection } from './config-intersection.js';
import { durableAcknowledgement } from './durable-acknowledgement.js';
import { electionSafety } from './election-safety.js';
import { equalHash } from './equal-hash.js';
import type { Invariant } from './invariant.js';
import { leaderAppendOnly } from './leader-append-only.js';
import { leaderCompleteness } from './leader-completeness.js';
import { leaseCheckpoints } from './lease-checkpoints.js';
import { logMatching } from './log-matching.js';
import { monotoneCommit } from './monotone-commit.js';
import { monotoneTerm } from './monotone-term.js';
import { oneVotePerTerm } from './one-vote-per-term.js';
import { stateMachineSafety } from './state-machine-safety.js';

export { EntryDigests } from './entry-digests.js';
export type { EntryMark, InvariantEvent, MemberEvent, VoterSet } from './event.js';
export type { Invariant } from './invariant.js';
export { SafetyMonitor, type Violation, ViolationError, violationText } from './safety-monitor.js';

/** All of them. Where one event breaks several, the first is reported. */
export const invariants: readonly Invariant[] = [
  electionSafety,
  oneVotePerTerm,
  monotoneTerm,
  leaderAppendOnly,
  logMatching,
  leaderCompleteness,
  monotoneCommit,
  stateMachineSafety,
  durableAcknowledgement,
  configIntersection,
  equalHash,
  leaseCheckpoints,
];
