import { violated } from './invariant.js';
import { hex } from './member-id.js';
import { newMessage } from './message.js';
import { jointIds } from './quorum/joint.js';
import type { Raft } from './raft.js';
import { appendEmptyEntry, broadcastAppend } from './replication.js';
import { CAMPAIGN_TRANSFER } from './rules.js';
import { type MemberId, type Message, NONE } from './types.js';

/** Why a campaign runs: to ask before a real one (PreVote), on a timeout, or because the leader asked for it. */
export type Campaign = 'pre-election' | 'election' | 'transfer';

export function becomeFollower(raft: Raft, term: number, lead: MemberId): void {
  raft.reset(term);
  raft.lead = lead;
  raft.state = 'StateFollower';
  raft.logger?.('INFO', `${hex(raft.id)} became follower at term ${raft.term}`);
  raft.tracer?.became(raft);
}

function becomeCandidate(raft: Raft): void {
  if (raft.state === 'StateLeader') violated('a leader became candidate', raft.facts());
  raft.reset(raft.term + 1);
  raft.vote = raft.id;
  raft.state = 'StateCandidate';
  raft.logger?.('INFO', `${hex(raft.id)} became candidate at term ${raft.term}`);
  raft.tracer?.became(raft);
}

function becomePreCandidate(raft: Raft): void {
  if (raft.state === 'StateLeader') violated('a leader became pre-candidate', raft.facts());
  // Term and vote stay: nothing has begun yet.
  raft.tracker.resetVotes();
  raft.lead = NONE;
  raft.state = 'StatePreCandidate';
  raft.logger?.('INFO', `${hex(raft.id)} became pre-candidate at term ${raft.term}`);
  raft.tracer?.became(raft);
}

/** @throws InvariantError from a follower, or from one that is not tracked */
function becomeLeader(raft: Raft): void {
  if (raft.state === 'StateFollower') violated('a follower became leader', raft.facts());
  raft.reset(raft.term);
  raft.lead = raft.id;
  raft.state = 'StateLeader';
  const self = raft.tracker.progress(raft.id);
  if (self === undefined) violated('a leader is no member', raft.facts());
  self.becomeReplicate();
  self.recentActive = true;
  // There may be a configuration change anywhere in the tail; the empty entry lies behind it.
  raft.pendingConfIndex = raft.log.lastIndex();
  raft.tracer?.became(raft);
  appendEmptyEntry(raft);
  raft.logger?.('INFO', `${hex(raft.id)} became leader at term ${raft.term}`);
}

/** Starts a campaign unless this member leads, may not lead, or has a committed configuration change to apply. */
export function hup(raft: Raft, campaign: Campaign): void {
  if (raft.state === 'StateLeader') {
    raft.logger?.('DEBUG', `${hex(raft.id)} ignoring MsgHup because already leader`);
    return;
  }
  if (!raft.rules.isPromotable(raft)) {
    raft.logger?.('WARN', `${hex(raft.id)} is unpromotable and can not campaign`);
    return;
  }
  if (raft.rules.mustApplyBeforeCampaign(raft)) {
    raft.logger?.(
      'WARN',
      `${hex(raft.id)} cannot campaign at term ${raft.term} since there are still pending configuration changes to apply`,
    );
    return;
  }
  raft.logger?.('INFO', `${hex(raft.id)} is starting a new election at term ${raft.term}`);
  runCampaign(raft, campaign);
}

function runCampaign(raft: Raft, campaign: Campaign): void {
  if (campaign === 'pre-election') becomePreCandidate(raft);
  else becomeCandidate(raft);
  const type = campaign === 'pre-election' ? 'MsgPreVote' : 'MsgVote';
  const term = campaign === 'pre-election' ? raft.term + 1 : raft.term;
  const context = campaign === 'transfer' ? CAMPAIGN_TRANSFER : undefined;
  const index = raft.log.lastIndex();
  const logTerm = raft.log.lastTerm();
  for (const id of jointIds(raft.tracker.configuration.voters)) {
    if (id === raft.id) {
      // The own vote counts when it is stored, as any other.
      raft.sendAfterAppend(newMessage(`${type}Resp`, raft.id, id, term));
      continue;
    }
    raft.logger?.(
      'INFO',
      `${hex(raft.id)} [logterm: ${logTerm}, index: ${index}] sent ${type} request to ${hex(id)} at term ${raft.term}`,
    );
    raft.send(newMessage(type, raft.id, id, term, logTerm, index, undefined, 0, false, 0, context));
  }
}

/** A MsgVote or MsgPreVote, in any role. */
export function handleVoteRequest(raft: Raft, request: Message): void {
  const { from, type } = request;
  const grant = raft.rules.mayVote(raft, request) && raft.rules.isLogNewEnough(raft, request);
  raft.logger?.(
    'INFO',
    `${describeOwnLog(raft)} ${grant ? `cast ${type} for` : `rejected ${type} from`} ${describeRequest(request)} at term ${raft.term}`,
  );
  const response = type === 'MsgVote' ? 'MsgVoteResp' : 'MsgPreVoteResp';
  if (grant) {
    // A pre-vote's grant must carry the term asked for, or the candidate would take it for a late answer.
    raft.sendAfterAppend(newMessage(response, raft.id, from, request.term));
    if (type === 'MsgVote') raft.rules.voteGranted(raft, from);
  } else {
    raft.sendAfterAppend(newMessage(response, raft.id, from, raft.term, 0, 0, undefined, 0, true));
  }
}

/** `1 [logterm: 2, index: 7, vote: 0]` */
export function describeOwnLog(raft: Raft): string {
  return `${hex(raft.id)} [logterm: ${raft.log.lastTerm()}, index: ${raft.log.lastIndex()}, vote: ${hex(raft.vote)}]`;
}

/** `2 [logterm: 2, index: 7]` */
export function describeRequest(request: Message): string {
  return `${hex(request.from)} [logterm: ${request.logTerm}, index: ${request.index}]`;
}

/** An answer to our (pre-)vote requests. */
export function handleVoteResponse(raft: Raft, response: Message): void {
  const { from, type } = response;
  raft.logger?.(
    'INFO',
    `${hex(raft.id)} received ${type}${response.reject ? ' rejection' : ''} from ${hex(from)} at term ${raft.term}`,
  );
  raft.tracker.recordVote(from, !response.reject);
  if (raft.logger !== undefined) {
    const { granted, rejected } = raft.tracker.tally();
    raft.logger('INFO', `${hex(raft.id)} has received ${granted} ${type} votes and ${rejected} vote rejections`);
  }
  const result = raft.rules.electionResult(raft);
  if (result === 'VoteLost') {
    becomeFollower(raft, raft.term, NONE);
  } else if (result === 'VoteWon') {
    if (raft.state === 'StatePreCandidate') {
      runCampaign(raft, 'election');
    } else {
      becomeLeader(raft);
      broadcastAppend(raft);
    }
  }
}
