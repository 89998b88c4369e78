import type { Cluster } from './cluster.js';

/** How often the cluster is looked at while it comes up, µs. */
const LOOK_US = 10_000;
/** How long a transfer to the wanted leader may take before it is asked for again: two election timeouts of etcd's default. */
const TRANSFER_PATIENCE_US = 2_000_000;
/** When the wait for a leader ends: beyond some delays none can ever stand. */
const GIVE_UP_US = 120_000_000;

/**
 * Starts the members and lets virtual time pass until a leader stands that all of them follow and have caught up with.
 *
 * Ends at a random phase of the leader's heartbeat, so that a workload does not always meet the same one.
 *
 * @param wanted name of the member that shall lead; undefined: whoever wins
 * @returns false if no such leader stood within two minutes
 */
export function settle(cluster: Cluster, wanted: string | undefined): boolean {
  const { simulator, members } = cluster;
  for (const member of members) member.start();
  const successor = members.find(({ name }) => name === wanted);
  let mayTransferUs = 0;
  while (simulator.nowUs < GIVE_UP_US) {
    simulator.run(simulator.nowUs + LOOK_US);
    const { leader } = cluster;
    if (leader === undefined || !isFollowed(cluster)) continue;
    if (successor === undefined || successor === leader) {
      simulator.run(
        simulator.nowUs + simulator.streams.stream('experiment/phase').below(leader.config.raft.heartbeatIntervalUs),
      );
      return true;
    }
    if (simulator.nowUs < mayTransferUs) continue;
    mayTransferUs = simulator.nowUs + TRANSFER_PATIENCE_US;
    leader.transferLeadership(successor.id);
  }
  return false;
}

function isFollowed({ leader, members }: Cluster): boolean {
  if (leader === undefined || leader.commitIndex === 0) return false;
  return members.every((member) => member.leader === leader.name && member.appliedIndex === leader.commitIndex);
}
