import { CLIENT_ERRORS, ETCD_ERRORS, type Outcome, type Request } from '../../api/index.js';

/**
 * One operation as its client saw it; what a client records of a finished call has this shape.
 *
 * Times in µs. Without `outcome` the client never heard of it again (`returnedUs` is then left out too).
 */
export interface RecordedOperation {
  readonly client: string;
  readonly request: Request;
  readonly invokedUs: number;
  readonly returnedUs?: number | undefined;
  readonly outcome?: Outcome | undefined;
}

/** What a client may conclude from how a call ended. */
export type Certainty = 'answered' | 'did-not-happen' | 'unknown';

/** Errors by which a member refuses before it proposes, or that its state machine gives without a change. */
const REFUSAL_CODES = ['InvalidArgument', 'FailedPrecondition', 'OutOfRange', 'NotFound', 'ResourceExhausted'];
const NEVER_SENT: readonly string[] = [ETCD_ERRORS.proposalDropped.text, CLIENT_ERRORS.allSubconnectionsFailed.text];

/**
 * Whether an operation happened. Timeouts, lost connections and changes of leader leave it open: the proposal may still
 * be in the log. Source: etcd client/v3 retry.go, tests/robustness (failed requests may persist).
 */
export function certaintyOf({ outcome }: RecordedOperation): Certainty {
  if (outcome === undefined) return 'unknown';
  if (outcome.kind !== 'error') return 'answered';
  if (REFUSAL_CODES.includes(outcome.code) || NEVER_SENT.includes(outcome.text)) return 'did-not-happen';
  return 'unknown';
}
