import type { Entry } from './types.js';
import { varintBytes } from './varint.js';

/**
 * Size of an entry as raftpb encodes it, bytes: term and index always, data if there is any, the type of a
 * configuration change (a normal entry leaves it out: 0 is its default).
 *
 * etcd: limits on messages and on entries to apply count this; limits on uncommitted and inflight data count payloads.
 */
export function encodedBytes(entry: Entry): number {
  const head = (entry.type === 'EntryNormal' ? 2 : 4) + varintBytes(entry.term) + varintBytes(entry.index);
  const payload = entry.dataBytes;
  return payload === 0 ? head : head + 1 + varintBytes(payload) + payload;
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
