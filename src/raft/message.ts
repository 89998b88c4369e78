import { type Entry, type MemberId, type Message, type MessageType, NONE, type Snapshot } from './types.js';

export const NO_ENTRIES: readonly Entry[] = [];
export const NO_MESSAGES: readonly Message[] = [];

/**
 * Builds a message. The one place where one is made, so that all share a hidden class; arguments by position because
 * an options object would be a second allocation for each message.
 */
export function newMessage(
  type: MessageType,
  from: MemberId,
  to: MemberId,
  term: number,
  logTerm = 0,
  index = 0,
  entries = NO_ENTRIES,
  commit = 0,
  reject = false,
  rejectHint = 0,
  context: unknown = undefined,
  snapshot: Snapshot | undefined = undefined,
  vote = NONE,
  responses = NO_MESSAGES,
): Message {
  return {
    type,
    from,
    to,
    term,
    logTerm,
    index,
    entries,
    commit,
    vote,
    snapshot,
    reject,
    rejectHint,
    context,
    responses,
  };
}

/** Only a node says these to itself; from the network they are a mistake. */
export function isLocalMessage(type: MessageType): boolean {
  switch (type) {
    case 'MsgHup':
    case 'MsgBeat':
    case 'MsgUnreachable':
    case 'MsgSnapStatus':
    case 'MsgCheckQuorum':
    case 'MsgStorageAppend':
    case 'MsgStorageAppendResp':
    case 'MsgStorageApply':
    case 'MsgStorageApplyResp':
      return true;
    default:
      return false;
  }
}

/** These answer something that we sent, so they must come from a member that we track. */
export function isResponse(type: MessageType): boolean {
  switch (type) {
    case 'MsgAppResp':
    case 'MsgVoteResp':
    case 'MsgHeartbeatResp':
    case 'MsgReadIndexResp':
    case 'MsgPreVoteResp':
      return true;
    default:
      return false;
  }
}
