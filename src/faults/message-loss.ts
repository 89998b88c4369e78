import { type Fault, numberOption } from './fault.js';

/** Raft messages that a member sends get lost above TCP, as when a buffer is full. */
export const messageLoss: Fault = {
  name: 'message-loss',
  summary: 'of the raft messages that a member sends, a share is lost though its connections stand',
  options: { ratio: 'how many, 0..1 (default 0.2)' },
  strike(_env, target, options) {
    const lossRatio = numberOption(options, 'ratio', 0.2);
    target.disturbMessages({ ...target.messageDisturbance, lossRatio });
    return () => target.disturbMessages({ ...target.messageDisturbance, lossRatio: 0 });
  },
};
