import { type Counter, type Gauge, type Histogram, MetricRegistry } from '../metrics/index.js';

/** Upper bounds of etcd's fsync and commit histograms: 1 ms doubling, 14 buckets (s). */
const DISK_BUCKETS = Array.from({ length: 14 }, (_, i) => 0.001 * 2 ** i);

/** A member's counters under etcd's own names. Source: etcd server/etcdserver/metrics.go, api/rafthttp/metrics.go, wal/metrics.go. */
export class MemberMetrics {
  readonly registry = new MetricRegistry();
  readonly walFsync: Histogram = this.registry.histogram(
    'etcd_disk_wal_fsync_duration_seconds',
    'The latency distributions of fsync called by WAL.',
    DISK_BUCKETS,
  );
  readonly backendCommit: Histogram = this.registry.histogram(
    'etcd_disk_backend_commit_duration_seconds',
    'The latency distributions of commit called by backend.',
    DISK_BUCKETS,
  );
  readonly walWriteBytes = this.counter('etcd_disk_wal_write_bytes_total', 'Total number of bytes written in WAL.');
  readonly clientSentBytes = this.counter(
    'etcd_network_client_grpc_sent_bytes_total',
    'The total number of bytes sent to grpc clients.',
  );
  readonly clientReceivedBytes = this.counter(
    'etcd_network_client_grpc_received_bytes_total',
    'The total number of bytes received from grpc clients.',
  );
  readonly heartbeatSendFailures = this.counter(
    'etcd_server_heartbeat_send_failures_total',
    'The total number of leader heartbeat send failures (likely overloaded from slow disk).',
  );
  readonly slowApply = this.counter(
    'etcd_server_slow_apply_total',
    'The total number of slow apply requests (likely overloaded from slow disk).',
  );
  readonly leaderChanges = this.counter('etcd_server_leader_changes_seen_total', 'The number of leader changes seen.');
  readonly isLeader: Gauge = this.registry.gauge('etcd_server_is_leader', 'Whether or not this member is a leader.');
  readonly hasLeader: Gauge = this.registry.gauge('etcd_server_has_leader', 'Whether or not a leader exists.');
  readonly proposalsApplied: Gauge = this.registry.gauge(
    'etcd_server_proposals_applied_total',
    'The total number of consensus proposals applied.',
  );
  readonly proposalsCommitted: Gauge = this.registry.gauge(
    'etcd_server_proposals_committed_total',
    'The total number of consensus proposals committed.',
  );
  readonly proposalsPending: Gauge = this.registry.gauge(
    'etcd_server_proposals_pending',
    'The current number of pending proposals to commit.',
  );
  readonly proposalsFailed = this.counter(
    'etcd_server_proposals_failed_total',
    'The total number of failed proposals seen.',
  );
  readonly readIndexes = this.counter(
    'etcd_server_read_indexes_total',
    'The total number of ReadIndex rounds that this member completed.',
  );
  readonly slowReadIndexes = this.counter(
    'etcd_server_slow_read_indexes_total',
    'The total number of pending read indexes not in sync with leader or timed out read index requests.',
  );
  readonly failedReadIndexes = this.counter(
    'etcd_server_read_indexes_failed_total',
    'The total number of failed read indexes seen.',
  );
  readonly watchers: Gauge = this.registry.gauge('etcd_debugging_mvcc_watcher_total', 'Total number of watchers.');
  readonly putTotal = this.counter('etcd_mvcc_put_total', 'Total number of puts seen by this member.');
  readonly rangeTotal = this.counter('etcd_mvcc_range_total', 'Total number of ranges seen by this member.');
  readonly txnTotal = this.counter('etcd_mvcc_txn_total', 'Total number of txns seen by this member.');
  readonly deleteTotal = this.counter('etcd_mvcc_delete_total', 'Total number of deletes seen by this member.');

  private readonly sentToPeer = new Map<string, Counter>();
  private readonly receivedFromPeer = new Map<string, Counter>();
  private readonly handled = new Map<string, Counter>();

  /** Bytes sent to one peer. */
  peerSentBytes(to: string): Counter {
    return this.labelled(
      this.sentToPeer,
      to,
      'etcd_network_peer_sent_bytes_total',
      'The total number of bytes sent to peers.',
      'To',
    );
  }

  /** Bytes received from one peer. */
  peerReceivedBytes(from: string): Counter {
    return this.labelled(
      this.receivedFromPeer,
      from,
      'etcd_network_peer_received_bytes_total',
      'The total number of bytes received from peers.',
      'From',
    );
  }

  /** Unary calls received and watch streams opened, by kind. */
  received(kind: string): Counter {
    return this.labelled(
      this.handled,
      kind,
      'grpc_server_started_total',
      'Total number of RPCs started on the server.',
      'grpc_method',
    );
  }

  /** Calls received so far by kind, sorted by kind. */
  receivedByKind(): Record<string, number> {
    return Object.fromEntries([...this.handled].sort(byName).map(([kind, counter]) => [kind, counter.value]));
  }

  totalPeerSentBytes(): number {
    return sum(this.sentToPeer);
  }

  totalPeerReceivedBytes(): number {
    return sum(this.receivedFromPeer);
  }

  private counter(name: string, help: string): Counter {
    return this.registry.counter(name, help);
  }

  private labelled(known: Map<string, Counter>, value: string, name: string, help: string, label: string): Counter {
    let counter = known.get(value);
    if (counter === undefined) {
      counter = this.registry.counter(name, help, { [label]: value });
      known.set(value, counter);
    }
    return counter;
  }
}

function sum(counters: ReadonlyMap<string, Counter>): number {
  let total = 0;
  for (const counter of counters.values()) total += counter.value;
  return total;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
