/** How a kind of objects is treated. */
export type KindRule =
  | {
    readonly how: "simulated";
    /** With its group, such as `apps/v1`. */
    readonly apiVersions: readonly string[];
    readonly isClusterWide?: boolean;
  }
  | { readonly how: "noted"; readonly why: string };

const simulated = (...apiVersions: readonly string[]): KindRule => ({ how: "simulated", apiVersions });
const noted = (why: string): KindRule => ({ how: "noted", why });

/** Why an object that is left out makes no difference. */
export const NOTHING_LOST = "Has no effect on where pods run.";

const NO_EFFECT = noted(NOTHING_LOST);
const UNKNOWN = noted("Not known here: if something makes pods of it, they are missing.");
const NO_PODS = noted("Not simulated: its pods are missing.");
const VOLUME = noted("Volumes are not simulated: a real one can hold its pods to the zone of its disk.");
const NODES = noted("Not used: the nodes are those of the scenario's nodeGroups.");
const HOOK = noted("Not called: in a real cluster it can change or refuse pods.");
const NO_SCALING = noted("Not simulated: replicas stay as written, or follow the scenario's curves.");
const MADE_INTO_PODS = noted(
  "Not simulated: its operator does not run here, and the pods that it would make are missing.",
);

/** By kind and group; the core group has none. */
const KINDS: Readonly<Record<string, KindRule>> = {
  "Deployment.apps": simulated("apps/v1"),
  "StatefulSet.apps": simulated("apps/v1"),
  "PodDisruptionBudget.policy": simulated("policy/v1"),
  "HorizontalPodAutoscaler.autoscaling": simulated("autoscaling/v2", "autoscaling/v1"),
  "Namespace": { how: "simulated", apiVersions: ["v1"], isClusterWide: true },
  "ConfigMap": simulated("v1"),

  "Deployment.extensions": simulated("apps/v1"),

  "DaemonSet.apps": noted("Not simulated: its pods would take room on every node, so nodes hold more here."),
  "ReplicaSet.apps": noted(
    "Not simulated: its pods are missing; a Deployment in its place would be simulated.",
  ),
  "ControllerRevision.apps": NO_EFFECT,
  "ReplicationController": NO_PODS,
  "Pod": noted("Not simulated: it would take room on one node, and nothing would replace it."),
  "Job.batch": noted("Not simulated: its pods would take room while they run."),
  "CronJob.batch": noted("Not simulated: its pods would take room while they run."),
  "PersistentVolumeClaim": VOLUME,
  "PersistentVolume": VOLUME,
  "ResourceQuota": noted("Not enforced: a real one can refuse pods."),
  "LimitRange": noted("Not applied: a real one sets or bounds what containers ask for."),
  "PriorityClass.scheduling.k8s.io": noted("No pod preempts another here."),
  "RuntimeClass.node.k8s.io": noted("Not applied: a real one can add to what pods ask for, and choose nodes."),
  "VerticalPodAutoscaler.autoscaling.k8s.io": noted(
    "Not simulated: what containers ask for stays as written, and it evicts nothing.",
  ),
  "Node": NODES,
  "Service": NO_EFFECT,
  "ServiceAccount": NO_EFFECT,
  "Secret": NO_EFFECT,
  "Endpoints": NO_EFFECT,
  "Event": NO_EFFECT,
  "MutatingWebhookConfiguration.admissionregistration.k8s.io": HOOK,
  "ValidatingWebhookConfiguration.admissionregistration.k8s.io": HOOK,
  "ValidatingAdmissionPolicy.admissionregistration.k8s.io": HOOK,
  "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io": HOOK,

  "Rollout.argoproj.io": NO_PODS,
  "Workflow.argoproj.io": NO_PODS,
  "Application.argoproj.io": MADE_INTO_PODS,
  "ScaledObject.keda.sh": NO_SCALING,
  "ScaledJob.keda.sh": NO_PODS,
  "TriggerAuthentication.keda.sh": NO_EFFECT,
  "Service.serving.knative.dev": MADE_INTO_PODS,
  "Prometheus.monitoring.coreos.com": MADE_INTO_PODS,
  "PrometheusAgent.monitoring.coreos.com": MADE_INTO_PODS,
  "Alertmanager.monitoring.coreos.com": MADE_INTO_PODS,
  "ThanosRuler.monitoring.coreos.com": MADE_INTO_PODS,
  "Kustomization.kustomize.config.k8s.io": noted(
    'A recipe, not an object: give the output of "kustomize build" instead.',
  ),
};

/** Groups whose kinds are alike, as far as they are not named above. */
const GROUPS: Readonly<Record<string, KindRule>> = {
  "rbac.authorization.k8s.io": NO_EFFECT,
  "networking.k8s.io": NO_EFFECT,
  "discovery.k8s.io": NO_EFFECT,
  "coordination.k8s.io": NO_EFFECT,
  "events.k8s.io": NO_EFFECT,
  "certificates.k8s.io": NO_EFFECT,
  "flowcontrol.apiserver.k8s.io": NO_EFFECT,
  "apiextensions.k8s.io": NO_EFFECT,
  "apiregistration.k8s.io": NO_EFFECT,
  "gateway.networking.k8s.io": NO_EFFECT,
  "monitoring.coreos.com": NO_EFFECT,
  "cert-manager.io": NO_EFFECT,
  "external-secrets.io": NO_EFFECT,
  "networking.istio.io": NO_EFFECT,
  "security.istio.io": NO_EFFECT,
  "telemetry.istio.io": NO_EFFECT,
  "storage.k8s.io": VOLUME,
  "snapshot.storage.k8s.io": VOLUME,
  "karpenter.sh": NODES,
  "karpenter.k8s.aws": NODES,
  "apps.kruise.io": NO_PODS,
};

/** `apps/v1` -> `apps`; of the core group it is empty. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

export function ruleOf({ apiVersion, kind }: { apiVersion: string; kind: string }): KindRule {
  const group = groupOf(apiVersion);
  const key = group === "" ? kind : `${kind}.${group}`;
  if (Object.hasOwn(KINDS, key)) return KINDS[key]!;
  return Object.hasOwn(GROUPS, group) ? GROUPS[group]! : UNKNOWN;
}
