// Bursts: so many puts at once, then silence. How long is each burst under way?
//
//   etcdsim run examples/burst.yaml

/** @type {import('etcdsim').Workload<{ size?: number, pauseMs?: number, bursts?: number }>} */
export default {
  kind: 'burst',
  summary: 'bursts of puts with pauses between them',

  start(env, { size = 20, pauseMs = 500, bursts = 5 }) {
    const { simulator } = env;
    const client = env.programs[0].newClient('burst');
    const keys = simulator.streams.stream('workload/burst/keys');
    let left = bursts;

    const burst = () => {
      if (left-- === 0) {
        env.done();
        return;
      }
      const startUs = simulator.nowUs;
      let underWay = size;
      for (let i = 0; i < size; i++) {
        const value = { text: `burst ${left} put ${i}`, sizeBytes: 256 };
        client.request({ kind: 'put', key: `key${keys.below(1000)}`, value }, (outcome) => {
          if (outcome.kind === 'error') env.note(`a put failed: ${outcome.text}`);
          if (--underWay > 0) return;
          env.observe('burst', 'ms', (simulator.nowUs - startUs) / 1000);
          simulator.schedule(pauseMs * 1000, burst, undefined);
        });
      }
    };
    client.dial(burst);
  },
};
