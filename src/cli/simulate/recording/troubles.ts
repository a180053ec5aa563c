import type { EmbeddedCluster } from "../../../sim/cluster.ts";
import { conditionOf, type Deployment } from "../../../sim/objects.ts";
import { DEPLOYMENTS } from "../../../sim/resources.ts";
import type { WaitingPods } from "./pod_watch.ts";
import type { WorkloadRecord } from "./workload_record.ts";

/** Of waiting that short nothing need be said: it is over in a moment. */
const SHORT_MS = 300_000;

/** Why not all pods of a workload run, in a sentence. */
export function troubleOf(
  record: WorkloadRecord,
  { refusal, waiting }: { refusal: string | undefined; waiting: WaitingPods | undefined },
): string | undefined {
  if (record.replicas === 0) return undefined;
  if (refusal !== undefined) return `the API server refuses its pods: ${refusal}`;
  if (record.podsCreated === 0) return "the API server refuses its pods";
  if (waiting === undefined || waiting.longestMs < SHORT_MS) return undefined;
  const { count, longestMs, why } = waiting;
  const minutes = `${Math.round(longestMs / 60_000)} minutes`;
  const pods = count === 1
    ? `1 pod waits for a node at the end, for ${minutes}`
    : `${count} pods wait for a node at the end, for up to ${minutes}`;
  return why === undefined ? pods : `${pods}: ${why}`;
}

/** Why the pods of a Deployment cannot be made; undefined: they can, or nobody has said so. */
export function refusalOf({ storage }: EmbeddedCluster, key: string): string | undefined {
  const [kind, path = ""] = key.split(" ");
  if (kind !== "Deployment") return undefined;
  const [namespace, name = ""] = path.split("/");
  const deployment = storage.get<Deployment>(DEPLOYMENTS, { namespace, name });
  return deployment && conditionOf(deployment, "ReplicaFailure")?.message;
}
