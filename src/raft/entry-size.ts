import type { Entry } from './types.js';
import { varintBytes } from './varint.js';

/**
 * Size of an entry as raftpb encodes it, bytes: term and index always, data if there is any (an empty text counts), the
 * type of a configuration change, refused or not (any other normal entry leaves it out).
 *
 * etcd: limits on messages and on entries to apply count this; limits on uncommitted and inflight data count payloads.
 */
export function encodedBytes(entry: Entry): number {
  const hasType = entry.type !== 'EntryNormal' || entry.isRefusedChange === true;
  const head = (hasType ? 4 : 2) + varintBytes(entry.term) + varintBytes(entry.index);
  const payload = entry.dataBytes;
  if (payload === 0 && entry.data === undefined) return head;
  return head + 1 + varintBytes(payload) + payload;
}

export function encodedBytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) bytes += encodedBytes(entries[i]!);
  return bytes;
}

export function payloadBytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (let i = 0; i < entries.length; i++) bytes += entries[i]!.dataBytes;
  return bytes;
}
