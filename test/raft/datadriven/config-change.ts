import type { RaftConfig } from '../../../src/raft/types.js';

/** Makes one node's settings out of those that a script asks for. */
export type ConfigChange = (config: RaftConfig) => RaftConfig;

/** Replaces some settings in every node. */
export function evolveConfig(overrides: Partial<RaftConfig>): ConfigChange {
  return (config) => ({ ...config, ...overrides });
}
