export default {
  name: 'endless',
  summary: 'never returns',
  newPicker: () => ({
    pick: () => {
      for (;;);
    },
  }),
};
