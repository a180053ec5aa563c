import type { Strategies, Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { qualified, RESOURCES, type ResourceType } from "../resources.ts";
import { AUTOSCALER } from "./autoscalers.ts";
import { BUDGET } from "./budgets.ts";
import { CONFIG_MAP, SECRET } from "./config_data.ts";
import { DAEMON_SET } from "./daemon_sets.ts";
import { DEPLOYMENT } from "./deployments.ts";
import { CORE_EVENT, NEW_EVENT } from "./events.ts";
import { JOB } from "./jobs.ts";
import { LEASE } from "./leases.ts";
import { NAMESPACE } from "./namespaces.ts";
import { NODE } from "./nodes.ts";
import { normalized } from "./normalizing.ts";
import { POD } from "./pods.ts";
import { REPLICA_SET } from "./replica_sets.ts";
import { REVISION } from "./revisions.ts";
import { SERVICE_ACCOUNT } from "./service_accounts.ts";
import { SERVICE } from "./services.ts";
import { shapeOf } from "./shapes.ts";
import { STATEFUL_SET } from "./stateful_sets.ts";
import { WEBHOOK } from "./webhooks.ts";

const BY_NAME: Readonly<Record<string, Strategy>> = {
  "configmaps": CONFIG_MAP,
  "events": CORE_EVENT,
  "namespaces": NAMESPACE,
  "nodes": NODE,
  "pods": POD,
  "secrets": SECRET,
  "services": SERVICE,
  "serviceaccounts": SERVICE_ACCOUNT,
  "controllerrevisions.apps": REVISION,
  "daemonsets.apps": DAEMON_SET,
  "deployments.apps": DEPLOYMENT,
  "replicasets.apps": REPLICA_SET,
  "statefulsets.apps": STATEFUL_SET,
  "jobs.batch": JOB,
  "horizontalpodautoscalers.autoscaling": AUTOSCALER,
  "poddisruptionbudgets.policy": BUDGET,
  "leases.coordination.k8s.io": LEASE,
  "events.events.k8s.io": NEW_EVENT,
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": WEBHOOK,
};

/** What is particular to each kind, as Kubernetes 1.36 has it. */
export const STRATEGIES: Strategies = new Map(RESOURCES.map((type) => [type, strategyOf(type)]));

function strategyOf(type: ResourceType): Strategy {
  const strategy = BY_NAME[qualified(type)];
  if (strategy === undefined) throw new Error(`no strategy for ${qualified(type)}`);
  const shape = shapeOf(type);
  const { defaults = same } = strategy;
  return {
    mayUpdateUnconditionally: true,
    ...strategy,
    defaults: (object) => defaults(normalized(shape, object)),
  };
}

function same(object: ApiObject): ApiObject {
  return object;
}
