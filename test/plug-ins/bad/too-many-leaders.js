export default {
  property: 'One Leader For Ever',
  meaning: 'who led first leads to the end, which nobody promises',
  start() {
    let first;
    return {
      after({ kind, member }) {
        if (kind !== 'became-leader') return undefined;
        first ??= member;
        return member === first ? undefined : `${member} leads, ${first} did`;
      },
    };
  },
};
