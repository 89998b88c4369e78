import type { OpenLoopConfig } from './config.js';
import { LatencyRecord } from './latency-record.js';
import { OperationSource } from './operation-source.js';
import type { Workload } from './workload.js';

/** Requests at a rate, whatever is still in flight; one client a program, which take the requests in turn. */
export const openLoop: Workload<OpenLoopConfig> = {
  kind: 'open-loop',
  summary: 'requests arrive at a rate, Poisson or evenly spaced, whatever is in flight',
  start(env, config) {
    const { simulator } = env;
    const clients = env.programs.map((program) => program.newClient('open-loop'));
    const arrivals = simulator.streams.stream('workload/open-loop/arrivals');
    const meanGapUs = 1e6 / config.ratePerSec;
    const timeoutUs = config.timeoutUs > 0 ? config.timeoutUs : undefined;

    const begin = (): void => {
      const startUs = simulator.nowUs;
      const record = new LatencyRecord(env);
      const source = new OperationSource(simulator.streams, 'open-loop', config.operations);
      let arrived = 0;
      let ended = 0;
      // The exact time, so that rounding to whole µs does not add up.
      let atUs = startUs;
      const scheduleNext = (): void => {
        if (config.count > 0 && arrived >= config.count) return;
        atUs += config.arrivals === 'poisson' ? meanGapUs * arrivals.exponential() : meanGapUs;
        simulator.scheduleAt(Math.max(Math.round(atUs), simulator.nowUs), arrive, undefined);
      };
      const arrive = (): void => {
        const { name, request } = source.next();
        const client = clients[arrived++ % clients.length]!;
        const invokedUs = simulator.nowUs;
        client.request(
          request,
          (outcome) => {
            record.ended(name, invokedUs, outcome);
            if (++ended === config.count) env.done();
          },
          timeoutUs,
        );
        scheduleNext();
      };
      scheduleNext();
    };

    let dialling = clients.length;
    for (const client of clients) {
      client.dial(() => {
        if (--dialling === 0) begin();
      });
    }
  },
};
