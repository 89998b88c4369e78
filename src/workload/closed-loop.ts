import { Caller } from './caller.js';
import type { ClosedLoopConfig } from './config.js';
import { LatencyRecord } from './latency-record.js';
import { OperationSource } from './operation-source.js';
import type { Workload } from './workload.js';

/** Callers with one request in flight each, on channels that they share: etcd's benchmark tool. */
export const closedLoop: Workload<ClosedLoopConfig> = {
  kind: 'closed-loop',
  summary: 'callers with one request in flight each, on shared connections; gives the throughput',
  start(env, config) {
    const { simulator, programs } = env;
    const channels = Array.from({ length: config.connections }, (_, i) =>
      programs[i % programs.length]!.newClient(`closed-loop/${i + 1}`),
    );

    const begin = (): void => {
      const record = new LatencyRecord(env);
      const source = new OperationSource(simulator.streams, 'closed-loop', config.operations);
      let left = config.count > 0 ? config.count : Number.POSITIVE_INFINITY;
      let working = config.clients;
      for (let i = 0; i < config.clients; i++) {
        const caller = new Caller({
          simulator,
          client: channels[i % channels.length]!,
          source,
          record,
          thinkUs: config.thinkUs,
          timeoutUs: config.timeoutUs,
          mayStart: () => --left >= 0,
          stopped: () => {
            if (--working === 0) env.done();
          },
        });
        caller.start();
      }
    };

    let dialling = channels.length;
    for (const channel of channels) {
      channel.dial(() => {
        if (--dialling === 0) begin();
      });
    }
  },
};
