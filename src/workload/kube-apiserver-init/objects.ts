/** Objects of a new control plane: names, and sizes as stored. Source: the recordings of Kubernetes 1.20. */
import type { SizedName } from './rbac-objects.js';

export const FLOW_SCHEMAS: readonly FlowSchema[] = [
  { name: 'system-nodes', valueBytes: 481, statusBytes: 907, priorityLevel: 'system' },
  { name: 'system-leader-election', valueBytes: 683, statusBytes: 1118, priorityLevel: 'leader-election' },
  { name: 'workload-leader-election', valueBytes: 601, statusBytes: 1036, priorityLevel: 'leader-election' },
  { name: 'kube-controller-manager', valueBytes: 521, statusBytes: 954, priorityLevel: 'workload-high' },
  { name: 'kube-scheduler', valueBytes: 503, statusBytes: 936, priorityLevel: 'workload-high' },
  { name: 'kube-system-service-accounts', valueBytes: 520, statusBytes: 953, priorityLevel: 'workload-high' },
  { name: 'service-accounts', valueBytes: 501, statusBytes: 933, priorityLevel: 'workload-low' },
  { name: 'global-default', valueBytes: 534, statusBytes: 968, priorityLevel: 'global-default' },
];

/** These two are looked up before they are created, as are their priority levels. */
export const MANDATORY_FLOW_SCHEMAS: readonly FlowSchema[] = [
  { name: 'exempt', valueBytes: 419, statusBytes: 845, priorityLevel: 'exempt' },
  { name: 'catch-all', valueBytes: 524, statusBytes: 953, priorityLevel: 'catch-all' },
];

export interface FlowSchema {
  readonly name: string;
  readonly valueBytes: number;
  /** With the status "dangling: its priority level is not there"; the other status is 16 bytes shorter. */
  readonly statusBytes: number;
  readonly priorityLevel: string;
}

export const DANGLING_BYTES = 16;

export const PRIORITY_LEVELS: readonly SizedName[] = [
  ['system', 497],
  ['leader-election', 506],
  ['workload-high', 505],
  ['workload-low', 504],
  ['global-default', 506],
];

export const MANDATORY_PRIORITY_LEVELS: readonly SizedName[] = [
  ['catch-all', 416],
  ['exempt', 306],
];

export const PRIORITY_CLASSES: readonly SizedName[] = [
  ['system-node-critical', 374],
  ['system-cluster-critical', 406],
];

export const API_SERVICES: readonly SizedName[] = [
  ['v1.', 495],
  ['v1.admissionregistration.k8s.io', 563],
  ['v1beta1.admissionregistration.k8s.io', 573],
  ['v1.apiextensions.k8s.io', 547],
  ['v1beta1.apiextensions.k8s.io', 556],
  ['v1.apps', 515],
  ['v1.authentication.k8s.io', 549],
  ['v1beta1.authentication.k8s.io', 558],
  ['v1.authorization.k8s.io', 547],
  ['v1beta1.authorization.k8s.io', 556],
  ['v1.autoscaling', 529],
  ['v2beta1.autoscaling', 538],
  ['v2beta2.autoscaling', 538],
  ['v1.batch', 517],
  ['v1beta1.batch', 526],
  ['v1.certificates.k8s.io', 545],
  ['v1beta1.certificates.k8s.io', 554],
  ['v1.coordination.k8s.io', 545],
  ['v1beta1.coordination.k8s.io', 554],
  ['v1beta1.discovery.k8s.io', 549],
  ['v1.events.k8s.io', 533],
  ['v1beta1.events.k8s.io', 542],
  ['v1beta1.extensions', 536],
  ['v1beta1.flowcontrol.apiserver.k8s.io', 573],
  ['v1.networking.k8s.io', 541],
  ['v1beta1.networking.k8s.io', 550],
  ['v1.node.k8s.io', 529],
  ['v1beta1.node.k8s.io', 538],
  ['v1beta1.policy', 528],
  ['v1.rbac.authorization.k8s.io', 557],
  ['v1beta1.rbac.authorization.k8s.io', 567],
  ['v1.scheduling.k8s.io', 541],
  ['v1beta1.scheduling.k8s.io', 551],
  ['v1.storage.k8s.io', 535],
  ['v1beta1.storage.k8s.io', 544],
];

/** Made by the apiserver's bootstrap controller, in this order; `default` comes later, with the kubernetes service. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'] as const;
export const ALL_NAMESPACES = [...SYSTEM_NAMESPACES, 'default'] as const;

/** Each takes a service account of its own from the controller manager. */
export const CONTROLLERS: readonly string[] = [
  'attachdetach-controller',
  'certificate-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'service-controller',
  'statefulset-controller',
  'ttl-controller',
];

/** Service accounts that several controllers share: signing, approving, cleaning; IPAM and lifecycle. */
export const SHARED_CONTROLLERS: readonly string[] = [
  'certificate-controller',
  'certificate-controller',
  'node-controller',
];

/** Sizes of objects that hold little but their name, and of those that come once, bytes as stored. */
export const VALUE_BYTES = {
  namespace: (name: string) => 199 + name.length,
  serviceAccount: (namespace: string, name: string) => 96 + namespace.length + name.length,
  /** With the name of its secret in it. */
  serviceAccountWithSecret: (namespace: string, name: string) => 125 + namespace.length + 2 * name.length,
  /** Half of it is the token. */
  tokenSecret: (namespace: string, name: string) => 2529 + Math.round(4.6 * namespace.length) + 6 * name.length,
  rootCa: (namespace: string) => 1335 + namespace.length,
  authentication: 2948,
  range: 64,
  kubernetesService: 576,
  kubernetesEndpoints: 347,
  kubernetesEndpointSlice: 415,
  masterLease: 70,
  leaderLease: (identity: string) => 390 + identity.length,
  leaderEvent: (identity: string) => 623 + 4 * identity.length,
} as const;

export function accountKey(namespace: string, name: string): string {
  return `/registry/serviceaccounts/${namespace}/${name}`;
}
