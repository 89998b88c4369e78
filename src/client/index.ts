export { balancers } from './balancers/index.js';
export { Channel } from './channel.js';
export { ClientProgram, type Endpoint } from './client-program.js';
export type { BalancerConfig, ClientConfig, RetryConfig } from './config.js';
export { EtcdClient, type Operation } from './etcd-client.js';
export type {
  CallEnd,
  ChannelControl,
  ChannelMemory,
  ConnectivityState,
  PickableSubconnection,
  Picker,
  PickerPolicy,
  PickInfo,
  PickResult,
  PolicyEnv,
} from './policy.js';
export type { WatchHandlers, WatchOptions } from './watch-stream.js';
