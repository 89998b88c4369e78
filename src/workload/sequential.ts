import { Caller } from './caller.js';
import type { SequentialConfig } from './config.js';
import { EventLatency } from './event-latency.js';
import { LatencyRecord } from './latency-record.js';
import { OperationSource } from './operation-source.js';
import type { Workload } from './workload.js';

/** How long the end of the run waits for the last writes' events, µs. */
const LAST_EVENT_PATIENCE_US = 10_000_000;

/** One request in flight, from one client of the first program; watchers on request. */
export const sequential: Workload<SequentialConfig> = {
  kind: 'sequential',
  summary: 'one request in flight; watchers may measure when the events arrive',
  start(env, config) {
    const { simulator } = env;
    const client = env.programs[0]!.newClient('sequential');
    const events = new EventLatency(env, config.watchers);
    const begin = (): void => {
      let left = config.count > 0 ? config.count : Number.POSITIVE_INFINITY;
      const caller = new Caller({
        simulator,
        client,
        source: new OperationSource(simulator.streams, 'sequential', config.operations),
        record: new LatencyRecord(env),
        thinkUs: config.thinkUs,
        timeoutUs: config.timeoutUs,
        mayStart: () => --left >= 0,
        stopped: () => events.whenAllSeen(LAST_EVENT_PATIENCE_US, () => env.done()),
        started: events.started,
        ended: events.ended,
      });
      caller.start();
    };
    // Dialled before the first call, so that its latency is a call's alone.
    client.dial(() => events.open(begin));
  },
};
