// Speed of the raft core alone: members in one process, a FIFO of messages between them, everything switched on
// (PreVote, CheckQuorum, size and inflight limits, synchronous storage writes, compaction).

import { defaultRaftConfig } from '../dist/raft/config.js';
import { MemoryStorage } from '../dist/raft/memory-storage.js';
import { RawNode } from '../dist/raft/raw-node.js';

const DATA = 'x'.repeat(64);
const WARM_UP_PROPOSALS = 50_000;
const PROPOSALS = 150_000;
const ROUNDS = 3;
const COMPACT_EVERY = 10_000;

/** A cluster with a leader, ready for proposals. */
class Cluster {
  constructor(size) {
    const ids = Array.from({ length: size }, (_, i) => i + 1);
    this.queue = [];
    this.delivered = 0;
    this.members = ids.map((id) => {
      const storage = new MemoryStorage(ids);
      return { node: new RawNode(defaultRaftConfig(id, storage)), storage, applied: 0, compactAt: COMPACT_EVERY };
    });
    this.leader = this.members[0];
    this.leader.node.campaign();
    while (this.turn());
    if (this.leader.node.state !== 'StateLeader') throw new Error('the first member was not elected');
  }

  /** Handles every Ready, then delivers every message; false if there was nothing to do. */
  turn() {
    let busy = false;
    for (const member of this.members) {
      if (!member.node.hasReady()) continue;
      busy = true;
      this.handleReady(member);
    }
    const arrived = this.queue;
    this.queue = [];
    for (const message of arrived) this.members[message.to - 1].node.step(message);
    this.delivered += arrived.length;
    return busy || arrived.length > 0;
  }

  handleReady(member) {
    const { node, storage } = member;
    const { hardState, entries, committedEntries, messages } = node.ready();
    if (hardState !== undefined) storage.setHardState(hardState);
    if (entries.length > 0) storage.append(entries);
    for (const message of messages) this.queue.push(message);
    for (const entry of committedEntries) if (entry.data !== undefined) member.applied++;
    node.advance();
    if (node.appliedIndex >= member.compactAt) {
      storage.compact(node.appliedIndex - COMPACT_EVERY / 2);
      member.compactAt = node.appliedIndex + COMPACT_EVERY;
    }
  }

  /** Proposes until `count` more proposals are applied at the leader, keeping `inflight` of them under way. */
  propose(count, inflight) {
    const { leader } = this;
    const goal = leader.applied + count;
    let proposed = leader.applied;
    while (leader.applied < goal) {
      while (proposed - leader.applied < inflight && proposed < goal) {
        if (leader.node.propose(DATA, DATA.length) !== undefined) throw new Error('a proposal was dropped');
        proposed++;
      }
      this.turn();
    }
  }
}

function measure(size, inflight) {
  const cluster = new Cluster(size);
  cluster.propose(WARM_UP_PROPOSALS, inflight);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const delivered = cluster.delivered;
    const before = process.cpuUsage();
    cluster.propose(PROPOSALS, inflight);
    const { user, system } = process.cpuUsage(before);
    return { cpuUs: user + system, messages: cluster.delivered - delivered };
  });
  rounds.sort((a, b) => a.cpuUs - b.cpuUs);
  return rounds[(ROUNDS - 1) / 2];
}

/** A line for 3 and 5 members with 1 and 64 proposals in flight; each the median of three rounds. */
export function run() {
  for (const nodes of [3, 5]) {
    for (const inflight of [1, 64]) {
      const { cpuUs, messages } = measure(nodes, inflight);
      const perSecond = (count) => Math.round((count * 1e6) / cpuUs);
      console.log(
        `raft ours nodes=${nodes} inflight=${inflight} proposals_per_cpu_s=${perSecond(PROPOSALS)} ` +
          `msgs_per_cpu_s=${perSecond(messages)} cpu_us/proposal=${(cpuUs / PROPOSALS).toFixed(2)}`,
      );
    }
  }
}
