import { z } from 'zod';
import { distribution } from './distribution-schema.js';
import {
  byteRate,
  cost,
  duration,
  fields,
  flag,
  name,
  number,
  oneOf,
  positiveDuration,
  size,
  wholeNumber,
} from './quantities.js';

/** Raft settings under etcd's flag names; what is left out comes from the version's profile. */
const raft = () =>
  fields({
    'heartbeat-interval': positiveDuration().optional(),
    'election-timeout': positiveDuration().optional(),
    'election-timer': oneOf(['ticks', 'continuous']).optional(),
    'election-timeout-max': positiveDuration().optional(),
    'blocking-writes': flag().optional(),
    'pre-vote': flag().optional(),
    'check-quorum': flag().optional(),
    'snapshot-count': wholeNumber({ min: 1, max: 1e9 }).optional(),
    'snapshot-catchup-entries': wholeNumber({ min: 0, max: 1e9 }).optional(),
    'max-size-per-msg': size({ min: 1 }).optional(),
    'max-inflight-msgs': wholeNumber({ min: 1, max: 1e6 }).optional(),
    'max-request-bytes': size({ min: 1 }).optional(),
    'backend-batch-interval': positiveDuration().optional(),
    'backend-batch-limit': wholeNumber({ min: 1, max: 1e9 }).optional(),
  });

const disk = () =>
  z.union([
    oneOf(['memory', 'virtual-disk', 'ssd', 'slow']),
    fields({
      fsync: distribution(),
      'sync-cpu': cost().optional(),
      'kernel-cpu': cost().optional(),
      'write-rate': byteRate().optional(),
    }),
  ]);

const costs = () =>
  fields({
    call: cost().optional(),
    range: cost().optional(),
    key: cost().optional(),
    byte: cost().optional(),
    'send-byte': cost().optional(),
    proposal: cost().optional(),
    ready: cost().optional(),
    loop: cost().optional(),
    receive: cost().optional(),
    send: cost().optional(),
    linearizable: cost().optional(),
    spin: cost().optional(),
    entry: cost().optional(),
    apply: cost().optional(),
    'watch-event': cost().optional(),
    wake: cost().optional(),
    'wake-after': duration().optional(),
  });

const cores = () => number({ above: 0, max: 1024 });
const speed = () => number({ above: 0, max: 1000 });

const cpu = () => fields({ cores: cores().optional(), speed: speed().optional(), costs: costs().optional() });

const version = () => oneOf(['3.4', '3.5', '3.6']);

const member = () =>
  z.union([
    name(),
    fields({
      name: name(),
      zone: name().optional(),
      version: version().optional(),
      raft: raft().optional(),
      disk: disk().optional(),
      cpu: cpu().optional(),
    }),
  ]);

const MOST_MEMBERS = 15;

export const cluster = () =>
  fields({
    members: z
      .union([wholeNumber({ min: 1, max: MOST_MEMBERS }), z.array(member()).min(1).max(MOST_MEMBERS)])
      .optional(),
    version: version().optional(),
    topology: oneOf(['external', 'stacked']).optional(),
    apiservers: wholeNumber({ min: 1, max: 100 }).optional(),
    leader: name().optional(),
    raft: raft().optional(),
    disk: disk().optional(),
    cpu: cpu().optional(),
    'client-cpu': fields({
      cores: cores().optional(),
      speed: speed().optional(),
      wake: cost().optional(),
      spin: cost().optional(),
      'wake-after': duration().optional(),
    }).optional(),
    'shared-cores': cores().optional(),
    'shared-disk': flag().optional(),
    switch: fields({ loop: cost(), packet: cost() }).optional(),
    tls: oneOf(['off', '1.2', '1.3']).optional(),
  });

export type ClusterFile = z.output<ReturnType<typeof cluster>>;
export type RaftFile = z.output<ReturnType<typeof raft>>;
export type DiskFile = z.output<ReturnType<typeof disk>>;
export type CpuFile = z.output<ReturnType<typeof cpu>>;
