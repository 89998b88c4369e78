import type { TraceReplayConfig } from './config.js';
import { planReplay } from './trace-replay/dependencies.js';
import { recordedRequests } from './trace-replay/recorded-request.js';
import { essentialWrites } from './trace-replay/repetition.js';
import { Replay } from './trace-replay/replay.js';
import type { Workload } from './workload.js';

/**
 * A recording's requests again, each after what it waited for in the recording, with the same pauses.
 *
 * The run is done when every write that was no upkeep has ended (`total`, from the recording's first request on).
 *
 * Model: dependencies are inferred from times; pauses are kept as they were, whatever made them (CPU work does not share
 * the simulated cores).
 */
export const traceReplay: Workload<TraceReplayConfig> = {
  kind: 'trace-replay',
  summary: 'sends a recording again, each request after what it waited for then; gives the time it takes here',
  start(env, config) {
    const { simulator } = env;
    const startUs = simulator.nowUs;
    const plan = planReplay(recordedRequests(config.records));
    const essential = essentialWrites(plan.requests);
    const left = new Set(essential.map(({ index }) => index));
    const recordedUs = essential.reduce((last, { endUs }) => Math.max(last, endUs), 0);
    env.report('recorded_total', 's', recordedUs / 1e6);
    let requests = 0;
    let errors = 0;
    env.atEnd(() => {
      env.report('requests', 'count', requests);
      env.report('errors', 'count', errors);
      env.report('writes_left', 'count', left.size);
    });
    const finish = (): void => {
      env.report('total', 's', (simulator.nowUs - startUs) / 1e6);
      env.note('replayed');
      env.done();
    };
    if (left.size === 0) {
      finish();
      return;
    }
    const replay = new Replay(env, plan, {
      ended({ index, kind }, sentUs, outcome) {
        requests++;
        if (outcome?.kind === 'error') errors++;
        else if (kind !== 'watch') {
          env.observe(`${kind.replaceAll('-', '_')}_latency`, 'ms', (simulator.nowUs - sentUs) / 1000);
        }
        if (left.delete(index) && left.size === 0) finish();
      },
    });
    replay.start();
  },
};
