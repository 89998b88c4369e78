/** etcdsim as a library: scenarios in, results out; and what a balancer, workload or fault of one's own is made of. */
export type { Invariant, InvariantCheck } from './checking/invariants/invariant.js';
export type {
  BalancerConfig,
  CallEnd,
  ChannelControl,
  ChannelMemory,
  ClientConfig,
  ConnectivityState,
  EtcdClient,
  Operation,
  PickableSubconnection,
  Picker,
  PickerPolicy,
  PickInfo,
  PickResult,
  PolicyEnv,
} from './client/index.js';
export { balancers } from './client/index.js';
export * from './experiment/index.js';
export type { Fault, FaultConfig, FaultEnv } from './faults/index.js';
export { faults } from './faults/index.js';
export {
  formatScenarioError,
  type Parsed,
  type ParseOptions,
  parseScenario,
  type ResolvedScenario,
  type ScenarioError,
} from './scenario/index.js';
export type { Workload, WorkloadEnv } from './workload/index.js';
export { workloads } from './workload/index.js';
