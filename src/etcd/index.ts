export type { CpuCosts, DiskConfig, EtcdVersion, MemberConfig, RaftSettings } from './config.js';
export { Member, type MemberObserver, type MemberRole } from './member.js';
export type { MemberMetrics } from './metrics.js';
export type { PeerAddress } from './peers.js';
export { requestTimeoutUs } from './proposals.js';
