import type { CheckContext } from './check-context.js';
import { checkName } from './check-context.js';
import type { RaftFile } from './cluster-schema.js';
import type { MemberFile } from './member-files.js';
import type { Path } from './path.js';
import { DEFAULT_VERSION } from './profiles.js';
import { resolveRaft } from './resolve.js';

/** etcd refuses more: its flag says "election-timeout too long, should be set less than 50000ms". */
const LONGEST_ELECTION_TIMEOUT_US = 50_000_000;
/** etcd: "should be at least as 5 times as heartbeat interval". */
const LEAST_HEARTBEATS = 5;
/** Raft itself needs no more than that a heartbeat comes in time; LogCabin sends them at half the election timeout. */
const LEAST_HEARTBEATS_CONTINUOUS = 2;
/** Words with a meaning of their own where a member is named. */
const TAKEN_NAMES = ['leader', 'follower'];

/** Members, who leads, timeouts, topology. */
export function checkCluster(context: CheckContext): void {
  const { file, members, add } = context;
  if (members === undefined) return;
  checkMemberNames(context, members);
  const names = members.map((member) => member.name);
  if (file.cluster?.leader !== undefined) {
    checkName(context, { path: ['cluster', 'leader'], name: file.cluster.leader, what: 'member', known: names });
  }
  const apiservers = file.cluster?.apiservers ?? 1;
  if (file.cluster?.topology === 'stacked' && apiservers > members.length) {
    add({
      path: ['cluster', 'apiservers'],
      message: `expected at most one apiserver a member in the stacked topology (${members.length}), found ${apiservers}`,
      expected: `at most ${members.length}`,
      found: String(apiservers),
      hint: 'add members, or set topology: external',
    });
  }
  const seen = new Set<string>();
  for (const [i, member] of members.entries()) checkTimeouts(context, member, i, seen);
}

function checkMemberNames({ file, hosts, add }: CheckContext, members: readonly MemberFile[]): void {
  const asMaps = (i: number) => typeof (file.cluster?.members as readonly unknown[] | undefined)?.[i] === 'object';
  const seen = new Set<string>();
  for (const [i, { name }] of members.entries()) {
    const path: Path = ['cluster', 'members', i, ...(asMaps(i) ? ['name'] : [])];
    if (seen.has(name)) {
      const message = `expected each member once, found "${name}" a second time`;
      add({ path, message, expected: 'a name of its own', found: name, hint: 'give each member a name of its own' });
    }
    seen.add(name);
    if (TAKEN_NAMES.includes(name)) {
      const hint = 'faults and balancers call whoever leads or follows so';
      add({
        path,
        message: `expected a name other than leader and follower, found ${name}`,
        expected: 'another name',
        found: name,
        hint,
      });
    } else if (hosts?.slice(members.length).includes(name)) {
      const hint = 'client1, client2, ... are the hosts of the apiservers, and monitor is that of the forecaster';
      add({
        path,
        message: `expected a name that no host has, found ${name}`,
        expected: 'another name',
        found: name,
        hint,
      });
    }
  }
}

function checkTimeouts({ file, add, isBroken }: CheckContext, member: MemberFile, i: number, seen: Set<string>): void {
  if (isBroken('cluster.raft')) return;
  const raft = resolveRaft(member.version ?? file.cluster?.version ?? DEFAULT_VERSION, file.cluster?.raft, member.raft);
  const placeOf = (key: keyof RaftFile): Path | undefined => {
    if (member.raft?.[key] !== undefined) return ['cluster', 'members', i, 'raft', key];
    return file.cluster?.raft?.[key] === undefined ? undefined : ['cluster', 'raft', key];
  };
  const { electionTimeoutUs, electionTimeoutMaxUs, heartbeatIntervalUs } = raft;
  const continuous = raft.electionTimer === 'continuous';
  const leastHeartbeats = continuous ? LEAST_HEARTBEATS_CONTINUOUS : LEAST_HEARTBEATS;
  const found = `${electionTimeoutUs / 1000}ms`;
  const complain = (path: Path | undefined, expected: string, hint: string) => {
    // What the whole cluster is given is wrong once, not once a member.
    if (path === undefined || seen.has(path.join('.'))) return;
    seen.add(path.join('.'));
    add({ path, message: `expected ${expected}, found ${found}`, expected, found, hint });
  };
  if (electionTimeoutUs > LONGEST_ELECTION_TIMEOUT_US) {
    complain(placeOf('election-timeout'), 'an election timeout of at most 50s', 'etcd refuses more');
  }
  const longest = placeOf('election-timeout-max');
  if (longest !== undefined && (!continuous || electionTimeoutMaxUs < electionTimeoutUs)) {
    const hint = continuous
      ? 'it ends the range that election-timeout begins'
      : 'with ticks it is always twice as long';
    const expected = continuous ? 'at least election-timeout' : 'election-timer: continuous beside it';
    const given = `${electionTimeoutMaxUs / 1000}ms`;
    if (!seen.has(longest.join('.'))) {
      add({ path: longest, message: `expected ${expected}, found ${given}`, expected, found: given, hint });
    }
    seen.add(longest.join('.'));
  }
  if (electionTimeoutUs < leastHeartbeats * heartbeatIntervalUs) {
    complain(
      placeOf('election-timeout') ?? placeOf('heartbeat-interval'),
      `an election timeout of at least ${leastHeartbeats} heartbeat intervals (${leastHeartbeats} x ${heartbeatIntervalUs / 1000}ms)`,
      `${continuous ? 'heartbeats must come in time' : 'etcd refuses less'}: set election-timeout to ${(leastHeartbeats * heartbeatIntervalUs) / 1000}ms or more`,
    );
  }
}
