export * from './history/index.js';
export * from './invariants/index.js';
export { type FinalMember, type FinalSummary, judgeLiveness, type LivenessOptions } from './liveness.js';
