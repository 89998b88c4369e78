import type { EtcdModelStep } from './etcd-model.js';
import { type EtcdOperation, isKeyRequest, isStale, type KeyResponse, revisionOf } from './etcd-operation.js';
import type { EtcdState } from './etcd-state.js';
import { certaintyOf, type RecordedOperation } from './recorded-operation.js';
import type { TimedOperation } from './sequential-model.js';

/**
 * The first read that could be stale (`serializable`) but shows a state that never was.
 *
 * Such a read may be old, never invented: at the revision of its header the store must have held what it shows, and the
 * operation that made this revision must have begun before the read returned.
 * Source: etcd API guarantees, "serializable" reads.
 *
 * @param order the operations in an order in which they are linearizable
 */
export function findInventedRead(
  records: readonly RecordedOperation[],
  order: readonly TimedOperation<EtcdOperation>[],
  initial: EtcdState,
  step: EtcdModelStep,
): { readonly read: RecordedOperation; readonly maker: TimedOperation<EtcdOperation> | undefined } | undefined {
  const reads = records
    .filter((record) => isStale(record.request) && certaintyOf(record) === 'answered')
    .sort((a, b) => revisionOf(a.outcome) - revisionOf(b.outcome));
  let state = initial;
  let maker: TimedOperation<EtcdOperation> | undefined;
  let next = 0;
  for (const read of reads) {
    const { request, outcome, returnedUs } = read;
    if (!isKeyRequest(request)) continue;
    const revision = revisionOf(outcome);
    for (; state.revision < revision && next < order.length; next++) {
      const after = step(state, order[next]!.op)!;
      if (after !== state) maker = order[next];
      state = after;
    }
    // What was written without an answer, beyond the last answer, is not in the order.
    if (state.revision < revision) return undefined;
    const op: EtcdOperation = { request, response: outcome as KeyResponse, record: read, isReadOnly: true };
    const isEarly = maker !== undefined && returnedUs !== undefined && maker.invoked > returnedUs;
    if (isEarly || step(state, op) === undefined) return { read, maker };
  }
  return undefined;
}
