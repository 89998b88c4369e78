let picks = 0;
export default {
  name: 'throws-later',
  summary: 'throws at its hundredth pick',
  newPicker: (ready) => ({
    pick() {
      if (++picks > 100) throw new Error('no more');
      return { kind: 'complete', subconnection: ready[0] };
    },
  }),
};
