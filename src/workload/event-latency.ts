import { type Outcome, prefixRangeEnd } from '../api/index.js';
import type { WatcherConfig } from './config.js';
import { type DrawnOperation, KEY_PREFIX } from './operation-source.js';
import type { WorkloadEnv } from './workload.js';

interface PendingWrite {
  readonly startUs: number;
  /** Watchers that have not seen it. */
  left: number;
}

/**
 * Watchers of all keys, each with a client of its own, that measure from the start of a write to its event.
 *
 * Only writes of values are measured: a delete's event does not say which delete it was.
 */
export class EventLatency {
  private readonly env: WorkloadEnv;
  private readonly watchers: readonly WatcherConfig[];
  private readonly pending = new Map<string, PendingWrite>();
  private whenSeen: (() => void) | undefined;

  constructor(env: WorkloadEnv, watchers: readonly WatcherConfig[]) {
    this.env = env;
    this.watchers = watchers;
  }

  /** Opens the watchers; `up` is called when the members have created all of their watches. */
  open(up: () => void): void {
    let left = this.watchers.length;
    if (left === 0) {
      up();
      return;
    }
    for (const { name, balancer } of this.watchers) {
      const client = this.env.programs[0]!.newClient(`watcher/${name}`, balancer);
      let created = false;
      client.dial(() =>
        client.watch(
          { key: KEY_PREFIX, rangeEnd: prefixRangeEnd(KEY_PREFIX) },
          {
            created: () => {
              // A resumed watch is created again.
              if (created) return;
              created = true;
              if (--left === 0) up();
            },
            events: (events) => {
              for (const { kv } of events) this.seen(name, kv.value.text);
            },
          },
        ),
      );
    }
  }

  /** To be told when an operation starts. */
  readonly started = ({ text }: DrawnOperation): void => {
    if (text === '' || this.watchers.length === 0) return;
    this.pending.set(text, { startUs: this.env.simulator.nowUs, left: this.watchers.length });
  };

  /** To be told when an operation ends: one that wrote nothing, or perhaps nothing, is not waited for. */
  readonly ended = ({ text }: DrawnOperation, outcome: Outcome): void => {
    const wrote = outcome.kind === 'put' || (outcome.kind === 'txn' && outcome.succeeded);
    if (!wrote) this.pending.delete(text);
  };

  /** Calls `seen` when every write that ended well has been seen by every watcher, or after `patienceUs`. */
  whenAllSeen(patienceUs: number, seen: () => void): void {
    let called = false;
    const once = (): void => {
      if (called) return;
      called = true;
      seen();
    };
    if (this.pending.size === 0) {
      once();
      return;
    }
    this.whenSeen = once;
    this.env.simulator.schedule(patienceUs, once, undefined);
  }

  private seen(watcher: string, text: string): void {
    const write = this.pending.get(text);
    if (write === undefined) return;
    const { nowUs } = this.env.simulator;
    this.env.observe(`watch_event_latency_${watcher}`, 'ms', (nowUs - write.startUs) / 1000);
    if (--write.left > 0) return;
    this.pending.delete(text);
    if (this.pending.size === 0) this.whenSeen?.();
  }
}
