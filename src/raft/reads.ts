import { hex } from './member-id.js';
import { NO_ENTRIES, newMessage } from './message.js';
import type { Raft } from './raft.js';
import { broadcastHeartbeat } from './replication.js';
import { type Message, NONE } from './types.js';

/**
 * A MsgReadIndex at the leader: answer with the commit index once we know that we still lead.
 *
 * A leader that has not committed in its term yet does not know how far earlier leaders had committed: the read waits.
 * Source: thesis of Raft §6.4. etcd: stepLeader.
 */
export function leaderReadIndex(raft: Raft, request: Message): void {
  if (raft.tracker.isSingleton) {
    answerRead(raft, request, raft.log.committed);
  } else if (raft.rules.mayAnswerReads(raft)) {
    confirmRead(raft, request);
  } else {
    raft.postponedReads.push(request);
  }
}

/** A follower passes a read on; without a leader it is dropped, and its client asks again. */
export function forwardReadIndex(raft: Raft, request: Message): void {
  if (raft.lead === NONE) {
    raft.logger?.('INFO', `${hex(raft.id)} no leader at term ${raft.term}; dropping index reading msg`);
    return;
  }
  const from = request.from === NONE ? raft.id : request.from;
  raft.send(newMessage('MsgReadIndex', from, raft.lead, 0, 0, 0, NO_ENTRIES, 0, false, 0, request.context));
}

/** The first commit of the term: the reads that waited for it go on. */
export function answerPostponedReads(raft: Raft): void {
  if (raft.postponedReads.length === 0 || !raft.rules.mayAnswerReads(raft)) return;
  const postponed = raft.postponedReads;
  raft.postponedReads = [];
  for (const request of postponed) confirmRead(raft, request);
}

/** A heartbeat response with a read position: answer what a quorum has confirmed by now. */
export function handleReadConfirmation(raft: Raft, response: Message): void {
  if (raft.config.readOnlyOption !== 'safe' || typeof response.context !== 'number') return;
  raft.readOnly.acknowledge(response.from, response.context);
  for (const read of raft.readOnly.release(raft.rules.confirmedReads(raft))) answerRead(raft, read.request, read.index);
}

function confirmRead(raft: Raft, request: Message): void {
  if (raft.config.readOnlyOption === 'lease-based') {
    // The lease stands for the quorum's answer.
    answerRead(raft, request, raft.log.committed);
    return;
  }
  raft.readOnly.add({ request, index: raft.log.committed });
  raft.readOnly.acknowledge(raft.id, raft.readOnly.heartbeatContext()!);
  broadcastHeartbeat(raft);
}

function answerRead(raft: Raft, request: Message, index: number): void {
  if (request.from === NONE || request.from === raft.id) {
    raft.readStates.push({ index, context: request.context });
    return;
  }
  raft.send(
    newMessage(
      'MsgReadIndexResp',
      raft.id,
      request.from,
      raft.term,
      0,
      index,
      NO_ENTRIES,
      0,
      false,
      0,
      request.context,
    ),
  );
}
