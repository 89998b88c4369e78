export type { RuleVerdict } from '../../client/contract/index.js';
export { choicesWith } from './choices.js';
export { loadPlugIns } from './load.js';
export { description, type PlugIn, type PlugInDescription, PlugInError, type PlugInKind } from './plug-in.js';
export { Pulse } from './pulse.js';
export { balancers, checkShippedBalancer } from './shipped.js';
export { checkBalancerFile, describePlugIns } from './thread.js';
export { PlugInUse } from './use.js';
export { PATIENCE_MS, watchPulse } from './watch.js';
