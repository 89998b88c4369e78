import { APPEND_THREAD, APPLY_THREAD, type MemberId, NONE } from './types.js';

/** A member's id as log lines write it: lower-case hexadecimal. */
export function hex(id: MemberId): string {
  return id.toString(16);
}

/** As `hex`, with names for those that are no members. */
export function describeTarget(id: MemberId): string {
  if (id === NONE) return 'None';
  if (id === APPEND_THREAD) return 'AppendThread';
  if (id === APPLY_THREAD) return 'ApplyThread';
  return hex(id);
}

/** Whether `id` is a storage thread of the node itself. */
export function isStorageThread(id: MemberId): boolean {
  return id === APPEND_THREAD || id === APPLY_THREAD;
}
