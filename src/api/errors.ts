import type { ErrorResponse, StatusCode } from './response.js';

function error(code: StatusCode, text: string): ErrorResponse {
  return Object.freeze({ kind: 'error', code, text });
}

/** etcd's errors by their own names and texts. Source: etcd api/v3rpc/rpctypes/error.go, raft.ErrProposalDropped. */
export const ETCD_ERRORS = {
  timeout: error('Unavailable', 'etcdserver: request timed out'),
  timeoutDueToLeaderFail: error(
    'Unavailable',
    'etcdserver: request timed out, possibly due to previous leader failure',
  ),
  timeoutDueToConnectionLost: error('Unavailable', 'etcdserver: request timed out, possibly due to connection lost'),
  noLeader: error('Unavailable', 'etcdserver: no leader'),
  notLeader: error('FailedPrecondition', 'etcdserver: not leader'),
  leaderChanged: error('Unavailable', 'etcdserver: leader changed'),
  stopped: error('Unavailable', 'etcdserver: server stopped'),
  tooManyRequests: error('ResourceExhausted', 'etcdserver: too many requests'),
  requestTooLarge: error('InvalidArgument', 'etcdserver: request is too large'),
  badLeaderTransferee: error('FailedPrecondition', 'etcdserver: bad leader transferee'),
  timeoutLeaderTransfer: error('Unavailable', 'etcdserver: request timed out, leader transfer took too long'),
  compacted: error('OutOfRange', 'etcdserver: mvcc: required revision has been compacted'),
  futureRevision: error('OutOfRange', 'etcdserver: mvcc: required revision is a future revision'),
  leaseNotFound: error('NotFound', 'etcdserver: requested lease not found'),
  leaseExists: error('FailedPrecondition', 'etcdserver: lease already exists'),
  keyNotFound: error('InvalidArgument', 'etcdserver: key not found'),
  duplicateKey: error('InvalidArgument', 'etcdserver: duplicate key given in txn request'),
  emptyKey: error('InvalidArgument', 'etcdserver: key is not provided'),
  proposalDropped: error('Unknown', 'raft proposal dropped'),
} as const;

/** The client's own ends of a call. Source: grpc-go and context. */
export const CLIENT_ERRORS = {
  deadlineExceeded: error('DeadlineExceeded', 'context deadline exceeded'),
  canceled: error('Canceled', 'context canceled'),
  transportClosing: error('Unavailable', 'transport is closing'),
  /** The channel had nowhere to send the call. clientv3 retry.go knows these by their texts. */
  noAddress: error('Unavailable', 'there is no address available'),
  noConnection: error('Unavailable', 'there is no connection available'),
  allSubconnectionsFailed: error('Unavailable', 'all SubConns are in TransientFailure'),
} as const;
