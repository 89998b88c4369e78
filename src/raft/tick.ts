import { becomeFollower, hup } from './elections.js';
import { hex } from './member-id.js';
import type { Raft } from './raft.js';
import { broadcastHeartbeat } from './replication.js';
import { NONE } from './types.js';

/** One tick of the logical clock. */
export function tick(raft: Raft): void {
  if (raft.state === 'StateLeader') tickLeader(raft);
  else tickFollower(raft);
}

function tickFollower(raft: Raft): void {
  raft.electionElapsed++;
  if (raft.electionElapsed < raft.electionTimeout || !raft.rules.isPromotable(raft)) return;
  raft.electionElapsed = 0;
  hup(raft, raft.config.preVote ? 'pre-election' : 'election');
}

function tickLeader(raft: Raft): void {
  raft.heartbeatElapsed++;
  raft.electionElapsed++;
  if (raft.electionElapsed >= raft.config.electionTick) {
    raft.electionElapsed = 0;
    if (raft.config.checkQuorum) checkQuorum(raft);
    // A transfer that takes an election timeout has failed; proposals may come again.
    if (raft.state === 'StateLeader') raft.leadTransferee = NONE;
  }
  if (raft.state !== 'StateLeader' || raft.heartbeatElapsed < raft.config.heartbeatTick) return;
  raft.heartbeatElapsed = 0;
  broadcastHeartbeat(raft);
}

/** A leader that a quorum has not answered for an election timeout steps down. Source: thesis of Raft §6.2. */
export function checkQuorum(raft: Raft): void {
  if (!raft.rules.isQuorumActive(raft)) {
    raft.logger?.('WARN', `${hex(raft.id)} stepped down to follower since quorum is not active`);
    becomeFollower(raft, raft.term, NONE);
  }
  const { ids, peers } = raft.tracker;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== raft.id) peers[i]!.recentActive = false;
  }
}
