import { describe, expect, it } from 'vitest';
import { Cpu, Program, Simulator } from '../../src/engine/index.js';
import { Disk } from '../../src/etcd/disk.js';
import { MemberMetrics } from '../../src/etcd/metrics.js';
import { RaftDriver } from '../../src/etcd/raft-driver.js';
import { Wal } from '../../src/etcd/wal.js';
import { MemoryStorage } from '../../src/raft/memory-storage.js';
import { newMessage } from '../../src/raft/message.js';
import type { MemberId, Message } from '../../src/raft/types.js';
import { CPU_COSTS, RAFT_PROFILES } from '../../src/scenario/profiles.js';

const MS = 1000;
const ids = [1, 2, 3] as unknown as readonly MemberId[];
const RAFT = {
  ...RAFT_PROFILES['3.4'],
  checkQuorum: false,
  electionTimer: 'continuous',
  electionTimeoutUs: 150 * MS,
  electionTimeoutMaxUs: 150 * MS,
  heartbeatIntervalUs: 75 * MS,
} as const;

/** Member 1 of three, alone; what it sends, with times in ms. Its patience is exactly 150 ms. */
function member({ fsyncMs = 0, blockingWrites = false, logLength = 0 } = {}) {
  const simulator = new Simulator('timer');
  const storage = new MemoryStorage(ids);
  storage.append(
    Array.from(
      { length: logLength },
      (_, i) => ({ term: 1, index: i + 1, type: 'EntryNormal', data: undefined, dataBytes: 0 }) as const,
    ),
  );
  storage.setHardState({ term: 1, vote: 0 as MemberId, commit: 0 });
  const cpu = new Cpu(simulator, 1, 1000);
  const program = new Program(cpu);
  const config = {
    fsync: { kind: 'constant', valueUs: fsyncMs * MS },
    syncUs: 0,
    kernelUs: 0,
    writeBytesPerSec: 0,
  } as const;
  const disk = new Disk(simulator, cpu, config, simulator.streams.stream('fsync'));
  const wal = new Wal(simulator, program, new MemberMetrics(), disk, config, () => driver.onSaved());
  const sent: { readonly ms: number; readonly message: Message }[] = [];
  const nothing = () => {};
  const draws = simulator.streams.stream('election');
  const settings = { ...RAFT, blockingWrites };
  const driver = new RaftDriver(simulator, program, storage, () => wal, settings, CPU_COSTS, ids[0]!, 0, draws, {
    leadership: nothing,
    readStates: nothing,
    committed: nothing,
    written: nothing,
    send: (message) => sent.push({ ms: simulator.nowUs / MS, message }),
    turned: nothing,
  });
  const at = (ms: number, message: Message) => simulator.scheduleAt(ms * MS, () => driver.receive(message), undefined);
  const times = (type: Message['type']) => sent.filter(({ message }) => message.type === type).map(({ ms }) => ms);
  return { simulator, driver, at, times };
}

const heartbeat = (term: number) => newMessage('MsgHeartbeat', ids[1]!, ids[0]!, term);
const vote = (from: number, term: number, lastIndex: number) =>
  newMessage('MsgVote', from as MemberId, ids[0]!, term, lastIndex === 0 ? 0 : 1, lastIndex);

describe('a continuous election timer', () => {
  it('campaigns at its end, whatever the ticks do, and again', () => {
    const { simulator, times } = member();
    simulator.run(320 * MS);
    expect(times('MsgVote')).toEqual([150, 150, 300, 300]);
  });

  it('starts anew with a word from the leader of the term, not from one of a term gone by', () => {
    const fresh = member();
    fresh.at(100, heartbeat(1));
    fresh.simulator.run(260 * MS);
    expect(fresh.times('MsgVote')).toEqual([250, 250]);
    const stale = member();
    stale.at(100, heartbeat(0.5));
    stale.simulator.run(200 * MS);
    expect(stale.times('MsgVote')).toEqual([150, 150]);
  });

  it('starts anew with a vote given away, not with a request that is refused', () => {
    const granting = member({ logLength: 1 });
    granting.at(100, vote(2, 2, 1));
    granting.simulator.run(260 * MS);
    expect(granting.times('MsgVote')).toEqual([250, 250]);
    const refusing = member({ logLength: 1 });
    refusing.at(100, vote(2, 2, 0));
    refusing.simulator.run(200 * MS);
    expect(refusing.times('MsgVoteResp')).toEqual([100]);
    expect(refusing.times('MsgVote')).toEqual([150, 150]);
    expect(refusing.driver.raw.term).toBe(3);
  });

  it('is silent in a leader, and starts anew when it is deposed', () => {
    const { simulator, at, times, driver } = member();
    at(160, newMessage('MsgVoteResp', ids[1]!, ids[0]!, 2));
    simulator.run(490 * MS);
    expect(driver.raw.state).toBe('StateLeader');
    expect(times('MsgVote')).toEqual([150, 150]);
    at(500, heartbeat(7));
    simulator.run(660 * MS);
    expect(times('MsgVote')).toEqual([150, 150, 650, 650]);
  });
});

describe('blocking writes', () => {
  it('hold up what comes meanwhile: answers leave one write after the other', () => {
    const answers = (blockingWrites: boolean) => {
      const { simulator, at, times } = member({ fsyncMs: 10, blockingWrites });
      at(20, vote(2, 2, 0));
      at(21, vote(3, 3, 0));
      at(22, vote(2, 4, 0));
      simulator.run(100 * MS);
      return times('MsgVoteResp');
    };
    expect(answers(true)).toEqual([30, 40, 50]);
    // etcd takes the two later ones during the write, and stores them together.
    expect(answers(false)).toEqual([30, 40, 40]);
  });

  it('a vote given away meanwhile calls off a campaign that waited', () => {
    const { simulator, at, times } = member({ fsyncMs: 10, blockingWrites: true });
    at(140, vote(2, 2, 0));
    simulator.run(145 * MS);
    at(145, vote(3, 3, 0));
    simulator.run(290 * MS);
    expect(times('MsgVote')).toEqual([]);
  });
});
