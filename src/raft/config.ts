import { invariant } from './invariant.js';
import { isStorageThread } from './member-id.js';
import { type MemberId, NONE, type RaftConfig, type Storage } from './types.js';

/**
 * The settings that etcd 3.5 and later run with; `overrides` replace single ones.
 *
 * The drawn election timeout defaults to one that differs by id; a simulation passes a draw of its own.
 */
export function defaultRaftConfig(id: MemberId, storage: Storage, overrides: Partial<RaftConfig> = {}): RaftConfig {
  const electionTick = overrides.electionTick ?? 10;
  return {
    id,
    electionTick,
    heartbeatTick: 1,
    storage,
    applied: 0,
    asyncStorageWrites: false,
    maxSizePerMsg: 1024 * 1024,
    maxCommittedSizePerReady: 1024 * 1024,
    maxUncommittedEntriesSize: Number.POSITIVE_INFINITY,
    maxInflightMsgs: 512,
    maxInflightBytes: Number.POSITIVE_INFINITY,
    checkQuorum: true,
    preVote: true,
    readOnlyOption: 'safe',
    disableProposalForwarding: false,
    disableConfChangeValidation: false,
    stepDownOnRemoval: false,
    drawElectionTimeout: () => electionTick + ((id - 1) % electionTick),
    ...overrides,
  };
}

/** @throws InvariantError for settings that etcd refuses as well */
export function checkConfig(config: RaftConfig): void {
  const facts = { member: config.id };
  invariant(config.id !== NONE && !isStorageThread(config.id), 'a member needs an id of its own', facts);
  invariant(config.heartbeatTick > 0, 'heartbeatTick must be > 0', facts);
  invariant(config.electionTick > config.heartbeatTick, 'electionTick must be > heartbeatTick', facts);
  invariant(config.maxInflightMsgs > 0, 'maxInflightMsgs must be > 0', facts);
  invariant(
    config.maxInflightBytes === 0 || config.maxInflightBytes >= config.maxSizePerMsg,
    'maxInflightBytes must be >= maxSizePerMsg',
    facts,
  );
  invariant(
    config.readOnlyOption === 'safe' || config.checkQuorum,
    'lease-based reads need checkQuorum: it is what makes the lease',
    facts,
  );
}

/** etcd writes "no limit" as 0 in places. */
export function zeroIsUnlimited(limit: number): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
