import { type Fault, numberOption } from './fault.js';

/** Raft messages that a member sends arrive twice, the second one perhaps later. */
export const messageDuplication: Fault = {
  name: 'message-duplication',
  summary: 'of the raft messages that a member sends, a share arrives twice',
  options: { ratio: 'how many, 0..1 (default 0.2)', delay: 'how late the copies are at most (default 100ms)' },
  strike(_env, target, options) {
    const duplicateRatio = numberOption(options, 'ratio', 0.2);
    const delayUs = numberOption(options, 'delay', 100_000);
    const { maxDelayUs } = target.messageDisturbance;
    target.disturbMessages({
      ...target.messageDisturbance,
      duplicateRatio,
      maxDelayUs: Math.max(maxDelayUs, delayUs),
    });
    return () => target.disturbMessages({ ...target.messageDisturbance, duplicateRatio: 0 });
  },
};
