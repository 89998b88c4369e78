import { restore } from './confchange/restore.js';
import { becomeFollower } from './elections.js';
import { invariant } from './invariant.js';
import { hex } from './member-id.js';
import { changeContext, installMembership } from './membership.js';
import { jointIds } from './quorum/joint.js';
import { Raft } from './raft.js';
import { NONE, type RaftConfig } from './types.js';

/**
 * A member as it comes up: configuration, term, vote and commit index from storage, a follower without a leader.
 *
 * @throws InvariantError if the settings or what storage holds make no sense
 */
export function startRaft(config: RaftConfig): Raft {
  const raft = new Raft(config);
  const { log } = raft;
  const { hardState, confState } = config.storage.initialState();
  installMembership(raft, restore(confState, changeContext(raft)));

  if (hardState.term !== 0 || hardState.vote !== NONE || hardState.commit !== 0) {
    invariant(
      hardState.commit >= log.committed && hardState.commit <= log.lastIndex(),
      'the stored commit index is out of the log',
      { ...raft.facts(), commit: hardState.commit, first: log.firstIndex() },
    );
    log.committed = hardState.commit;
    raft.term = hardState.term;
    raft.vote = hardState.vote;
  }
  if (config.applied > 0) log.appliedTo(config.applied, 0);
  becomeFollower(raft, raft.term, NONE);
  raft.logger?.(
    'INFO',
    `newRaft ${hex(raft.id)} [peers: [${jointIds(raft.tracker.configuration.voters).map(hex).join(',')}], term: ${raft.term}, commit: ${log.committed}, applied: ${log.applied}, lastindex: ${log.lastIndex()}, lastterm: ${log.lastTerm()}]`,
  );
  raft.tracer = config.tracer;
  raft.tracer?.started(raft);
  return raft;
}
