/**
 * The etcd clients of an apiserver in the order in which it opens them: one a resource and API version.
 *
 * Source: the recordings of Kubernetes 1.20.
 */
export interface EtcdClientPlan {
  /** Unique; a resource's client that serves the requests has the resource's bare name. */
  readonly name: string;
  /** What its cache lists, counts and watches. */
  readonly prefix: string;
  /** cache: list, count and watch. count: no cache, but its objects are counted. idle: neither. */
  readonly use: 'cache' | 'count' | 'idle';
}

const plan = (name: string, path = name, use: EtcdClientPlan['use'] = 'cache'): EtcdClientPlan => ({
  name,
  prefix: `/registry/${path}/`,
  use,
});
/** A further version of a resource, with a client and a cache of its own. */
const also = (version: string, path: string): EtcdClientPlan => plan(`${path}.${version}`, path);

export const ETCD_CLIENTS: readonly EtcdClientPlan[] = [
  plan('config', 'config', 'idle'),
  also('v1beta1', 'apiextensions.k8s.io/customresourcedefinitions'),
  plan('apiextensions.k8s.io/customresourcedefinitions'),
  plan('masterleases', 'masterleases', 'idle'),
  plan('podtemplates'),
  plan('events', 'events', 'count'),
  plan('limitranges'),
  plan('resourcequotas'),
  plan('secrets'),
  plan('persistentvolumes'),
  plan('persistentvolumeclaims'),
  plan('configmaps'),
  plan('namespaces'),
  plan('services/endpoints'),
  plan('minions'),
  plan('pods'),
  plan('serviceaccounts'),
  plan('ranges/serviceips', 'ranges/serviceips', 'idle'),
  plan('ranges/servicenodeports', 'ranges/servicenodeports', 'idle'),
  plan('controllers'),
  plan('services/specs'),
  also('v1', 'horizontalpodautoscalers'),
  also('v2beta1', 'horizontalpodautoscalers'),
  plan('horizontalpodautoscalers'),
  plan('jobs'),
  plan('cronjobs'),
  also('v1beta1', 'certificatesigningrequests'),
  plan('certificatesigningrequests'),
  also('v1beta1', 'leases'),
  plan('leases'),
  plan('endpointslices'),
  also('v1beta1', 'ingress'),
  plan('networkpolicies'),
  also('v1', 'ingress'),
  also('v1beta1', 'ingressclasses'),
  plan('ingress'),
  plan('ingressclasses'),
  also('v1beta1', 'runtimeclasses'),
  plan('runtimeclasses'),
  plan('poddisruptionbudgets'),
  plan('podsecuritypolicy'),
  also('v1beta1', 'roles'),
  also('v1beta1', 'rolebindings'),
  also('v1beta1', 'clusterroles'),
  also('v1beta1', 'clusterrolebindings'),
  plan('roles'),
  plan('rolebindings'),
  plan('clusterroles'),
  plan('clusterrolebindings'),
  also('v1beta1', 'priorityclasses'),
  plan('priorityclasses'),
  also('v1beta1', 'storageclasses'),
  also('v1beta1', 'volumeattachments'),
  also('v1beta1', 'csinodes'),
  also('v1beta1', 'csidrivers'),
  plan('storageclasses'),
  plan('volumeattachments'),
  plan('csinodes'),
  plan('csidrivers'),
  plan('flowschemas'),
  plan('prioritylevelconfigurations'),
  plan('deployments'),
  plan('statefulsets'),
  plan('daemonsets'),
  plan('replicasets'),
  plan('controllerrevisions'),
  also('v1beta1', 'validatingwebhookconfigurations'),
  also('v1beta1', 'mutatingwebhookconfigurations'),
  plan('validatingwebhookconfigurations'),
  plan('mutatingwebhookconfigurations'),
  plan('events.v1beta1', 'events', 'count'),
  plan('events.v1', 'events', 'count'),
  also('v1beta1', 'apiregistration.k8s.io/apiservices'),
  plan('apiregistration.k8s.io/apiservices'),
];

/** The client of the readiness checks, outside that order: a timer opens it. */
export const HEALTH_CLIENT = 'health';
/** The client that asks the members for the size of their database. */
export const SIZE_MONITOR_CLIENT = 'apiextensions.k8s.io/customresourcedefinitions.v1beta1';
