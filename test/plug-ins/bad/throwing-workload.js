export default {
  kind: 'throwing',
  summary: 'throws after a second',
  start(env) {
    env.simulator.schedule(
      1_000_000,
      () => {
        throw new TypeError('half way');
      },
      undefined,
    );
  },
};
