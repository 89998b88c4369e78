export default { name: 'nonsense', summary: 'gives a number', newPicker: () => ({ pick: () => 7 }) };
