import { hup } from './elections.js';
import { hex } from './member-id.js';
import { newMessage } from './message.js';
import type { Raft } from './raft.js';
import { maybeSendAppend } from './replication.js';
import type { Progress } from './tracker/progress.js';
import { type MemberId, type Message, NONE } from './types.js';

/**
 * Starts to hand leadership to `transferee`: at once if it holds all of our log, after catching it up otherwise.
 *
 * Proposals are dropped meanwhile; a transfer that lasts an election timeout is given up. Source: thesis of Raft §3.10.
 */
export function startTransfer(raft: Raft, transferee: MemberId, peer: Progress): void {
  const us = hex(raft.id);
  if (peer.isLearner) {
    raft.logger?.('DEBUG', `${us} is learner. Ignored transferring leadership`);
    return;
  }
  const previous = raft.leadTransferee;
  if (previous !== NONE) {
    if (previous === transferee) {
      raft.logger?.(
        'INFO',
        `${us} [term ${raft.term}] transfer leadership to ${hex(transferee)} is in progress, ignores request to same node ${hex(transferee)}`,
      );
      return;
    }
    raft.leadTransferee = NONE;
    raft.logger?.('INFO', `${us} [term ${raft.term}] abort previous transferring leadership to ${hex(previous)}`);
  }
  if (transferee === raft.id) {
    raft.logger?.('DEBUG', `${us} is already leader. Ignored transferring leadership to self`);
    return;
  }
  raft.logger?.('INFO', `${us} [term ${raft.term}] starts to transfer leadership to ${hex(transferee)}`);
  raft.electionElapsed = 0;
  raft.leadTransferee = transferee;
  if (raft.rules.mayTakeOver(raft, peer)) {
    sendTimeoutNow(raft, transferee);
    raft.logger?.(
      'INFO',
      `${us} sends MsgTimeoutNow to ${hex(transferee)} immediately as ${hex(transferee)} already has up-to-date log`,
    );
  } else {
    maybeSendAppend(raft, transferee, peer, true);
  }
}

/** The transferee acknowledged entries: it may hold all of them now. */
export function continueTransfer(raft: Raft, from: MemberId, peer: Progress): void {
  if (from !== raft.leadTransferee || !raft.rules.mayTakeOver(raft, peer)) return;
  raft.logger?.('INFO', `${hex(raft.id)} sent MsgTimeoutNow to ${hex(from)} after received MsgAppResp`);
  sendTimeoutNow(raft, from);
}

/** MsgTransferLeader at a follower goes on to the leader; it comes "from" the transferee. */
export function forwardTransfer(raft: Raft, transferee: MemberId): void {
  if (raft.lead === NONE) {
    raft.logger?.('INFO', `${hex(raft.id)} no leader at term ${raft.term}; dropping leader transfer msg`);
    return;
  }
  raft.send(newMessage('MsgTransferLeader', transferee, raft.lead, raft.term));
}

/** The leader lets us take over: campaign for real, past any lease. No pre-vote: we know that we are not cut off. */
export function handleTimeoutNow(raft: Raft, message: Message): void {
  raft.logger?.(
    'INFO',
    `${hex(raft.id)} [term ${raft.term}] received MsgTimeoutNow from ${hex(message.from)} and starts an election to get leadership.`,
  );
  hup(raft, 'transfer');
}

function sendTimeoutNow(raft: Raft, to: MemberId): void {
  raft.send(newMessage('MsgTimeoutNow', raft.id, to, raft.term));
}
