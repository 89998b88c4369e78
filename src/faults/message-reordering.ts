import { type Fault, numberOption } from './fault.js';

/** Raft messages that a member sends are held back and overtaken. */
export const messageReordering: Fault = {
  name: 'message-reordering',
  summary: 'of the raft messages that a member sends, a share comes late, so that later ones overtake them',
  options: { ratio: 'how many, 0..1 (default 0.3)', delay: 'how late they are at most (default 300ms)' },
  strike(_env, target, options) {
    const reorderRatio = numberOption(options, 'ratio', 0.3);
    const delayUs = numberOption(options, 'delay', 300_000);
    const { maxDelayUs } = target.messageDisturbance;
    target.disturbMessages({ ...target.messageDisturbance, reorderRatio, maxDelayUs: Math.max(maxDelayUs, delayUs) });
    return () => target.disturbMessages({ ...target.messageDisturbance, reorderRatio: 0 });
  },
};
