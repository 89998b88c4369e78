import { NO_ENTRIES, newMessage } from './message.js';
import type { Raft } from './raft.js';
import { APPEND_THREAD, APPLY_THREAD, type Entry, type HardState, type Message, NONE, type Snapshot } from './types.js';

/** What a Ready has for the storage threads (asynchronous storage writes). */
export interface StorageWork {
  readonly entries: readonly Entry[];
  readonly hardState: HardState | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly committedEntries: readonly Entry[];
}

/** Adds the work for the storage threads, each with the responses to deliver when it is done. */
export function addStorageMessages(raft: Raft, messages: Message[], work: StorageWork): void {
  const { entries, hardState, snapshot, committedEntries } = work;
  const { id } = raft;
  const responses = raft.messagesAfterAppend;
  if (entries.length > 0 || hardState !== undefined || snapshot !== undefined || responses.length > 0) {
    raft.messagesAfterAppend = [];
    // Also when this Ready has no entries: an earlier write's answer may have been dropped at a change of term, and
    // this one, behind it in line, then speaks for it.
    const hasUnstable = raft.log.unstable.entries.length > 0;
    if (hasUnstable || snapshot !== undefined) {
      const index = hasUnstable ? raft.log.lastIndex() : 0;
      const logTerm = hasUnstable ? raft.log.lastTerm() : 0;
      responses.push(
        newMessage(
          'MsgStorageAppendResp',
          APPEND_THREAD,
          id,
          raft.term,
          logTerm,
          index,
          NO_ENTRIES,
          0,
          false,
          0,
          undefined,
          snapshot,
        ),
      );
    }
    const term = hardState?.term ?? 0;
    const commit = hardState?.commit ?? 0;
    const vote = hardState?.vote ?? NONE;
    messages.push(
      newMessage(
        'MsgStorageAppend',
        id,
        APPEND_THREAD,
        term,
        0,
        0,
        entries,
        commit,
        false,
        0,
        undefined,
        snapshot,
        vote,
        responses,
      ),
    );
  }
  if (committedEntries.length > 0) {
    const response = newMessage('MsgStorageApplyResp', APPLY_THREAD, id, 0, 0, 0, committedEntries);
    messages.push(
      newMessage(
        'MsgStorageApply',
        id,
        APPLY_THREAD,
        0,
        0,
        0,
        committedEntries,
        0,
        false,
        0,
        undefined,
        undefined,
        NONE,
        [response],
      ),
    );
  }
}
