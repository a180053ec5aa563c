import type { Scenario, ScenarioEvent } from "../../config/scenario.ts";
import type { WorkloadName } from "../../config/scenario_values.ts";
import { workloadText } from "../../config/scenario_workloads.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import type { Deployment, StatefulSet } from "../../sim/objects.ts";
import { DEPLOYMENTS, STATEFUL_SETS } from "../../sim/resources.ts";
import type { TimelineEntry } from "./report.ts";
import { annotated, type Annotations } from "./workloads.ts";

export interface DirectorDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  /** Hears of all that is done. */
  readonly tell: (what: TimelineEntry["what"], about: { subject: string; detail: string }) => void;
  /** All that a deploy may be of, in order. */
  readonly workloads: readonly WorkloadName[];
}

type Workload = Deployment | StatefulSet;

/** What `kubectl rollout restart` writes into a template. */
const RESTARTED = "kubectl.kubernetes.io/restartedAt";

/** Makes happen what a scenario says, when it says so. */
export class Director {
  readonly #deps: DirectorDeps;
  /** Of the next deploy of one workload after the other. */
  #turn = 0;

  constructor(deps: DirectorDeps) {
    this.#deps = deps;
  }

  /** Times count from now on. */
  start({ curves, events, lengthMs }: Scenario): void {
    const { clock } = this.#deps;
    const startMs = clock.now();
    const again = (atMs: number, everyMs: number | undefined, act: () => void): void => {
      if (atMs >= lengthMs) return;
      clock.after(startMs + atMs - clock.now(), () => {
        act();
        if (everyMs !== undefined) again(atMs + everyMs, everyMs, act);
      });
    };
    for (const event of events) again(event.atMs, event.everyMs, () => this.#play(event));
    for (const { workload, everyMs, points } of curves) {
      for (const { atMs, replicas } of points) again(atMs, everyMs, () => this.#scale(workload, replicas));
    }
  }

  #play(event: ScenarioEvent): void {
    const { cloud } = this.#deps.cluster;
    switch (event.do) {
      case "deploy":
        return this.#deploy(event.workload);
      case "reclaim":
        return cloud.reclaim(event.group, event.nodes);
      case "outage":
        return cloud.outage(event.group, { forMs: event.forMs, takesNodes: event.takeNodes });
      case "scale":
        return this.#scale(event.workload, event.replicas);
      case "annotate":
        return this.#annotate(event.workload, event.annotations);
    }
  }

  #deploy(of: "*" | "all" | WorkloadName): void {
    const { workloads, clock } = this.#deps;
    const chosen = typeof of === "object"
      ? [of]
      : of === "all"
      ? workloads
      : [workloads[this.#turn++ % workloads.length]!];
    const at = new Date(clock.wall()).toISOString();
    for (const each of chosen) {
      this.#change(each, (workload) => {
        this.#tell("deploy", { of: each, detail: "a new revision is rolled out" });
        return restarted(workload, at);
      });
    }
  }

  #scale(of: WorkloadName, replicas: number): void {
    this.#change(of, (workload) => {
      const before = workload.spec.replicas ?? 1;
      if (before === replicas) return undefined;
      this.#tell("scale", { of, detail: `from ${before} to ${replicas} replicas` });
      return { ...workload, spec: { ...workload.spec, replicas } };
    });
  }

  #annotate(of: WorkloadName, change: Annotations): void {
    this.#change(of, ({ metadata, ...rest }) => {
      const changes = Object.entries(change).map(([key, value]) => `${key}: ${value ?? "removed"}`);
      this.#tell("policy", { of, detail: changes.join(", ") });
      return { ...rest, metadata: { ...metadata, annotations: annotated(metadata.annotations, change) } };
    });
  }

  #tell(what: TimelineEntry["what"], { of, detail }: { of: WorkloadName; detail: string }): void {
    this.#deps.tell(what, { subject: workloadText(of), detail });
  }

  /** Nothing is done to a workload that somebody has deleted. */
  #change({ kind, namespace, name }: WorkloadName, change: (workload: Workload) => Workload | undefined): void {
    const { api } = this.#deps.cluster;
    const type = kind === "Deployment" ? DEPLOYMENTS : STATEFUL_SETS;
    const workload = api.storage.get<Workload>(type, { namespace, name });
    const changed = workload && change(workload);
    if (changed !== undefined) api.update(type, changed);
  }
}

function restarted(workload: Workload, at: string): Workload {
  const { template } = workload.spec;
  const annotations = { ...template.metadata?.annotations, [RESTARTED]: at };
  const spec = { ...workload.spec, template: { ...template, metadata: { ...template.metadata, annotations } } };
  return { ...workload, spec } as Workload;
}
