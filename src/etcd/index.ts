export type { CpuCosts, DiskConfig, EtcdVersion, MemberConfig, RaftSettings } from './config.js';
export { etcdDecisions, type MemberConduct, type MemberDecisions } from './decisions.js';
export { Disk } from './disk.js';
export { Member, type MemberHooks, type MemberRole } from './member.js';
export { type DisturbanceConfig, UNDISTURBED } from './message-disturbance.js';
export type { MemberMetrics } from './metrics.js';
export type { DriverTracer, MemberObserver, MessageObserver, StepObserver } from './observer.js';
export type { PeerAddress } from './peers.js';
export { requestTimeoutUs } from './proposals.js';
