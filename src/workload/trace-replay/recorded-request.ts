import { type Compare, prefixRangeEnd, type Request, type TxnOperation } from '../../api/index.js';
import type { TraceRecord } from '../config.js';

/** The API's own user: what the apiserver asks of itself. */
export const APISERVER_USER = 'system:apiserver';

/** A recorded request that is sent again, and what is known of its sender. */
export interface RecordedRequest {
  /** Place in the replay's list, which is sorted by start. */
  readonly index: number;
  readonly record: TraceRecord;
  readonly kind: RecordedKind;
  readonly startUs: number;
  readonly endUs: number;
  /** Whose request: the API's user; a cache's own client for its lists and counts. */
  readonly sender: string;
  /** Part of the API that was called; '' for what the apiserver did without a call. */
  readonly apiGroup: string;
  /** What makes two requests the same one again. */
  readonly identity: string;
}

export type RecordedKind =
  | 'dial'
  | 'get'
  | 'list'
  | 'count'
  | 'create'
  | 'update'
  | 'txn'
  | 'lease-grant'
  | 'status'
  | 'watch';

/** The lines that are requests, by start. Answers (WatchEvents and the like) and unknown methods are left out. */
export function recordedRequests(records: readonly TraceRecord[]): RecordedRequest[] {
  const sorted = records
    .map((record, line) => ({ record, line, kind: kindOf(record) }))
    .filter((each): each is typeof each & { kind: RecordedKind } => each.kind !== undefined)
    .sort((a, b) => a.record.t0 - b.record.t0 || a.line - b.line);
  const firstUs = sorted.length === 0 ? 0 : sorted[0]!.record.t0 * 1e6;
  return sorted.map(({ record, kind }, index) => ({
    index,
    record,
    kind,
    startUs: Math.round(record.t0 * 1e6 - firstUs),
    endUs: Math.round(Math.max(record.t0, record.t1) * 1e6 - firstUs),
    sender: senderOf(record),
    apiGroup: apiGroupOf(record.path ?? ''),
    identity: [record.c, record.m, record.key, record.ops, record.cnt, record.lim].join(' '),
  }));
}

function kindOf({ m, key, pfx, cnt, ops }: TraceRecord): RecordedKind | undefined {
  switch (m) {
    case 'Dial':
      return 'dial';
    case 'Range':
      if (key === undefined) return undefined;
      if (cnt) return 'count';
      return pfx ? 'list' : 'get';
    case 'Txn':
      if (key === undefined || ops === undefined) return undefined;
      return ops === 'MOD:P|' ? 'create' : ops === 'MOD:P|R' ? 'update' : 'txn';
    case 'LeaseGrant':
      return 'lease-grant';
    case 'Status':
      return 'status';
    case 'WatchCreate':
      return key === undefined ? undefined : 'watch';
    default:
      return undefined;
  }
}

function senderOf({ c, m, user, cnt, lim, pfx }: TraceRecord): string {
  if (user !== undefined) return user;
  if (m === 'Dial') return 'dial';
  const isCache = m === 'WatchCreate' || m === 'Status' || cnt || (pfx && lim);
  return isCache ? `client ${c}` : APISERVER_USER;
}

/** `/api/v1` or `/apis/GROUP`. */
function apiGroupOf(path: string): string {
  const parts = path.split('/');
  return parts[1] === 'apis' || parts[1] === 'api' ? `/${parts[1]}/${parts[2] ?? ''}` : '';
}

/** What is sent for a record; undefined for a dial or a watch. */
export function requestOf(
  { record, kind }: RecordedRequest,
  modRevisionOf: (key: string) => number,
  text: string,
): Request | undefined {
  const { key = '', lim, ser, ops = '' } = record;
  switch (kind) {
    case 'dial':
    case 'watch':
      return undefined;
    case 'status':
      return { kind: 'status' };
    case 'lease-grant':
      return { kind: 'lease-grant', ttlSec: LEASE_TTL_SEC };
    case 'get':
    case 'list':
    case 'count':
      return {
        kind: 'range',
        key,
        ...(record.pfx ? { rangeEnd: prefixRangeEnd(key) } : {}),
        ...(lim ? { limit: lim } : {}),
        ...(kind === 'count' ? { countOnly: true } : {}),
        ...(ser ? { serializable: true } : {}),
      };
    case 'create':
    case 'update':
    case 'txn': {
      // Written `TARGETS:success|failure`, a letter an operation; the only comparison recorded is of mod revisions.
      const [success = '', failure = ''] = ops.slice(ops.indexOf(':') + 1).split('|');
      const valueBytes = valueBytesOf(record, success, failure);
      const operation = (letter: string): TxnOperation => {
        if (letter === 'P') return { kind: 'put', key, value: { text, sizeBytes: valueBytes } };
        return letter === 'D' ? { kind: 'delete-range', key } : { kind: 'range', key };
      };
      const compare: Compare = { key, target: 'mod', result: '=', operand: kind === 'create' ? 0 : modRevisionOf(key) };
      const compares = ops.startsWith(':') ? [] : [compare];
      return { kind: 'txn', compares, success: [...success].map(operation), failure: [...failure].map(operation) };
    }
  }
}

/** Model: a recording does not say how long a lease lives; every one is an event's. */
const LEASE_TTL_SEC = 3_660;

/** A Txn's message holds the key once for the comparison and once an operation, and some 13 bytes with each. */
function valueBytesOf({ key = '', rb = 0 }: TraceRecord, success: string, failure: string): number {
  const puts = [...success, ...failure].filter((letter) => letter === 'P').length;
  if (puts === 0) return 0;
  const rest = rb - key.length - (success.length + failure.length) * (key.length + 13);
  return Math.max(Math.round(rest / puts), 0);
}
