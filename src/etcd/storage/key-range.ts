import { ALL_KEYS_END } from '../../api/index.js';

/** Keys from `start` up to, but without, `end`; `end` undefined = without an end. Ordered by UTF-16 code units. */
export interface KeyRange {
  readonly start: string;
  readonly end: string | undefined;
}

/** Whether a request names one key and not a range: protobuf cannot tell an empty range end from an absent one. */
export function isSingleKey(rangeEnd: string | undefined): boolean {
  return rangeEnd === undefined || rangeEnd === '';
}

/** A request's key and range end as a range. etcd: a range end of "\0" means all keys from `key` on. */
export function keyRange(key: string, rangeEnd: string | undefined): KeyRange {
  if (rangeEnd === undefined || rangeEnd === '') return { start: key, end: `${key}\0` };
  return { start: key, end: rangeEnd === ALL_KEYS_END ? undefined : rangeEnd };
}

export function rangeContains(range: KeyRange, key: string): boolean {
  return key >= range.start && (range.end === undefined || key < range.end);
}
