// Sends every call where the last one went, as long as that member answers; after an error it goes on to the next.
//
//   etcdsim check --balancer examples/sticky-balancer.js
//   etcdsim run hello --balancer examples/sticky-balancer.js

/** @type {import('etcdsim').PickerPolicy} */
export default {
  name: 'sticky',
  summary: 'all calls to one member; to the next one after an error',

  // One memory a channel. What is kept in the picker alone is lost when a member comes or goes.
  remember: () => ({ place: 0 }),

  newPicker(ready, _env, _shared, memory) {
    return {
      pick: () => ({ kind: 'complete', subconnection: ready[memory.place % ready.length] }),
      ended({ outcome }) {
        if (outcome.kind === 'error') memory.place++;
      },
    };
  },
};
