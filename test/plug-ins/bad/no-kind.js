export default { name: 'what am I' };
