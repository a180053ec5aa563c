import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { PRESETS } from "../../src/domain/presets.ts";
import type { EventToRecord } from "../../src/kube/event_recorder.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import { ClusterCache } from "../../src/operator/cluster_cache.ts";
import { Metrics } from "../../src/operator/metrics.ts";
import { type NamespaceScope, WorkloadView } from "../../src/operator/workload_view.ts";
import type { Log, LogFields, LogLevel } from "../../src/runtime/log.ts";
import { fakeClient } from "../support/fake_client.ts";
import { type ApiObject, NAMESPACE } from "./objects.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that remembers. */
export class RecordedLog implements Log {
  readonly lines: LogLine[] = [];

  debug = (message: string, fields: LogFields = {}) => this.#add("debug", message, fields);
  info = (message: string, fields: LogFields = {}) => this.#add("info", message, fields);
  warn = (message: string, fields: LogFields = {}) => this.#add("warn", message, fields);
  error = (message: string, fields: LogFields = {}) => this.#add("error", message, fields);

  get messages(): string[] {
    return this.lines.map(({ level, message }) => `${level} ${message}`);
  }

  /** The fields of the lines with this message. */
  of(message: string): LogFields[] {
    return this.lines.filter((line) => line.message === message).map(({ fields }) => fields);
  }

  #add(level: LogLevel, message: string, fields: LogFields): void {
    this.lines.push({ level, message, fields });
  }
}

/** Events as `Announcer` records them. */
export class RecordedEvents {
  readonly all: EventToRecord[] = [];
  record = (event: EventToRecord) => void this.all.push(event);

  get reasons(): string[] {
    return this.all.map(({ reason }) => reason);
  }
}

export const OWN_NAMESPACE = "spotalis-system";

/** The caches of a cluster, filled by hand, with the view of them. Nobody watches anything. */
export function fakeCluster(
  { scope = {}, classifier = new NodeClassifier(PRESETS.karpenter) }: {
    scope?: Partial<NamespaceScope>;
    classifier?: NodeClassifier;
  } = {},
) {
  const { clock, transport, client } = fakeClient();
  const states: string[] = [];
  const cache = new ClusterCache({
    client,
    clock,
    random: () => 0,
    classifier,
    onState: (resource) => states.push(resource),
  }, { watchNamespaces: [] });
  const view = new WorkloadView(cache, {
    selector: undefined,
    ownNamespace: OWN_NAMESPACE,
    watched: [],
    ...scope,
  });
  let version = 0;
  /** The next version of an object, as each write makes one. */
  const next = (object: ApiObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(++version) },
  });
  const { projections } = cache;
  return {
    clock,
    transport,
    client,
    cache,
    view,
    classifier,
    addDeployment: (object: ApiObject) => cache.deployments.set(projections.deployment(next(object))),
    addStatefulSet: (object: ApiObject) => cache.statefulSets.set(projections.statefulSet(next(object))),
    addReplicaSet: (object: ApiObject) => cache.replicaSets.set(projections.replicaSet(next(object))),
    addNode: (object: ApiObject) => cache.nodes.set(projections.node(next(object))),
    addNamespace: (object: ApiObject) => cache.namespaces.set(projections.namespace(next(object))),
    addBudget: (object: ApiObject) => cache.budgets.set(projections.budget(next(object))),
    addPod: (object: ApiObject) => cache.pods.set(projections.pod(next(object))!),
    removePod: (name: string) => cache.pods.delete(`${NAMESPACE}/${name}`),
  };
}

export type FakeCluster = ReturnType<typeof fakeCluster>;

export function newMetrics(collect: (metrics: Metrics) => void = () => {}): Metrics {
  const process = () => ({
    residentBytes: 1,
    heapUsedBytes: 2,
    heapTotalBytes: 3,
    cpuSeconds: 4,
    startSeconds: 5,
  });
  return new Metrics({ version: "1.2.3", runtime: "deno 2", process, collect });
}

/** `name{a="b"}` -> value, of Prometheus' text. */
export async function seriesOf(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))];
  }));
}

/** Those series that carry `text`, as `name{…} value`, sorted. */
export async function seriesWith(metrics: Metrics, text: string): Promise<string[]> {
  const found = [...await seriesOf(metrics)].filter(([name]) => name.includes(text));
  return found.map(([name, value]) => `${name} ${value}`).sort();
}
