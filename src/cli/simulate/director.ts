import type { Scenario, ScenarioEvent } from "../../config/scenario.ts";
import type { WorkloadName } from "../../config/scenario_values.ts";
import { workloadText } from "../../config/scenario_workloads.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import type { Deployment, StatefulSet } from "../../sim/objects.ts";
import { DEPLOYMENTS, STATEFUL_SETS } from "../../sim/resources.ts";
import type { TimelineEntry } from "./report.ts";
import { annotated } from "./workloads.ts";

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
    const { cluster, tell } = this.#deps;
    switch (event.do) {
      case "deploy":
        return this.#deploy(event.workload);
      case "reclaim":
        return cluster.cloud.reclaim(event.group, event.nodes);
      case "outage":
        return cluster.cloud.outage(event.group, { forMs: event.forMs, takesNodes: event.takeNodes });
      case "scale":
        return this.#scale(event.workload, event.replicas);
      case "annotate": {
        const changes = Object.entries(event.annotations).map(([key, value]) =>
          `${key}: ${value ?? "removed"}`
        );
        tell("policy", { subject: workloadText(event.workload), detail: changes.join(", ") });
        this.#change(event.workload, ({ metadata, ...rest }) => {
          const annotations = annotated(metadata.annotations, event.annotations);
          return { ...rest, metadata: { ...metadata, annotations } };
        });
      }
    }
  }

  #deploy(of: "*" | "all" | WorkloadName): void {
    const { workloads, tell, clock } = this.#deps;
    const chosen = typeof of === "object"
      ? [of]
      : of === "all"
      ? workloads
      : [workloads[this.#turn++ % workloads.length]!];
    const at = new Date(clock.wall()).toISOString();
    for (const workload of chosen) {
      tell("deploy", { subject: workloadText(workload), detail: "a new revision is rolled out" });
      this.#change(workload, (object) => restarted(object, at));
    }
  }

  #scale(of: WorkloadName, replicas: number): void {
    this.#change(of, (workload) => {
      const before = workload.spec.replicas ?? 1;
      if (before !== replicas) {
        this.#deps.tell("scale", {
          subject: workloadText(of),
          detail: `from ${before} to ${replicas} replicas`,
        });
      }
      return { ...workload, spec: { ...workload.spec, replicas } };
    });
  }

  #change({ kind, namespace, name }: WorkloadName, change: (workload: Workload) => Workload): void {
    const { api } = this.#deps.cluster;
    const type = kind === "Deployment" ? DEPLOYMENTS : STATEFUL_SETS;
    api.update(type, change(api.get<Workload>(type, { namespace, name })));
  }
}

function restarted(workload: Workload, at: string): Workload {
  const { template } = workload.spec;
  const annotations = { ...template.metadata?.annotations, [RESTARTED]: at };
  const spec = { ...workload.spec, template: { ...template, metadata: { ...template.metadata, annotations } } };
  return { ...workload, spec } as Workload;
}
