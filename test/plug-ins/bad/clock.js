export default {
  name: 'clock',
  summary: "looks at the machine's clock",
  newPicker: (ready) => ({ pick: () => ({ kind: 'complete', subconnection: ready[Date.now() % ready.length] }) }),
};
