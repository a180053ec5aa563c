/** Where the embedded API server finds the operator's webhook: the address of its Service. */
export const WEBHOOK_ADDRESS = "spotalis-webhook.spotalis-system";

/** The webhook configuration of `deploy/webhook.yaml`: a test holds the two together. */
export const WEBHOOK_CONFIGURATION = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name: "spotalis" },
  webhooks: [{
    name: "pods.spotalis.io",
    admissionReviewVersions: ["v1"],
    clientConfig: { service: { name: "spotalis-webhook", namespace: "spotalis-system", path: "/mutate" } },
    sideEffects: "NoneOnDryRun",
    timeoutSeconds: 2,
    failurePolicy: "Ignore",
    matchPolicy: "Equivalent",
    reinvocationPolicy: "IfNeeded",
    namespaceSelector: {
      matchExpressions: [{
        key: "kubernetes.io/metadata.name",
        operator: "NotIn",
        values: ["kube-system", "spotalis-system"],
      }],
    },
    matchConditions: [{
      name: "controlled-by-replicaset-or-statefulset",
      expression: "object.metadata.?ownerReferences.orValue([]).exists(r, r.?controller.orValue(false) && " +
        "r.apiVersion == 'apps/v1' && r.kind in ['ReplicaSet', 'StatefulSet'])",
    }],
    rules: [{
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["CREATE"],
      resources: ["pods"],
      scope: "Namespaced",
    }],
  }],
};
