// A member that blinks: paused and resumed, again and again.
//
//   etcdsim run examples/burst.yaml

/** @type {import('etcdsim').Fault} */
export default {
  name: 'flapping',
  summary: 'a member stands still and goes on, `times` times, `period` milliseconds each',
  options: {
    times: 'how often (default 5)',
    period: 'how long it stands still, and how long it goes on, ms (default 200)',
  },

  strike(env, target, options) {
    const periodUs = Number(options.period ?? 200) * 1000;
    let left = Number(options.times ?? 5);
    const blink = () => {
      if (left-- <= 0) return;
      target.pause();
      env.simulator.schedule(
        periodUs,
        () => {
          target.resume();
          env.simulator.schedule(periodUs, blink, undefined);
        },
        undefined,
      );
    };
    blink();
    // How to undo it: blink no more.
    return () => {
      left = 0;
      target.resume();
    };
  },
};
