import type { LogEntry } from "../../../../src/cli/embedded/recording_log.ts";
import { Lifecycle } from "../../../../src/runtime/lifecycle.ts";
import { VirtualClock } from "../../../../src/runtime/virtual_clock.ts";
import type { Draft } from "../../../../src/sim/api/api_server.ts";
import { EmbeddedCluster } from "../../../../src/sim/cluster.ts";
import { type ApiObject, type Deployment, isTerminating, type Pod } from "../../../../src/sim/objects.ts";
import { DEPLOYMENTS, LEASES, NAMESPACES, PODS, type ResourceType } from "../../../../src/sim/resources.ts";
import { nodeGroup } from "../../world/run.ts";
import { Conduct } from "../conduct.ts";
import { EvictionJudge, type Settings } from "../eviction_judge.ts";
import { Mending } from "../mending.ts";
import { Oracle } from "../oracle.ts";
import type { Rule } from "../rules.ts";

const ROGUE = "rogue";

export const SETTINGS: Settings = {
  cooldownMs: 10_000,
  maxUnavailable: 1,
  maxEvictionsPerMinute: 30,
  fallbackAfterMs: 120_000,
  fallbackRetryMs: 600_000,
};

/** What an eviction of the rogue's leaves out, or does otherwise. */
export interface Manner {
  readonly uid?: string | undefined;
  /** What is said before; null: nothing. */
  readonly decision?: Readonly<Record<string, unknown>> | null;
  /** What is said afterwards; null: nothing. */
  readonly outcome?: string | null;
  /** What the rogue is told instead of being served. */
  readonly told?: number;
}

/**
 * A cluster with one Deployment of four pods, all ready on on-demand nodes, of which one belongs on spot:
 * every gate is open. A rogue leads in the operator's place, and does what a test tells it to.
 */
export class RogueScene {
  readonly clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5, 9, 30) });
  readonly cluster = new EmbeddedCluster({
    clock: this.clock,
    seed: 1,
    kubelets: { startupMs: 1_000, startupJitterMs: 0, shutdownMs: 1_500 },
    nodeGroups: [nodeGroup("spot", 0), nodeGroup("on-demand", 0)],
    autoscaler: undefined,
    recordsEvents: false,
  });
  readonly rules: Rule[] = [];
  readonly details: string[] = [];
  /** Of its watches. */
  silentMs = 0;
  goneMs = 0;
  metricsText = "";
  readonly process = {
    identity: ROGUE,
    startedMs: 0,
    isRunning: true,
    isStopping: false,
    thawed: undefined,
    trouble: { lastMs: -Infinity },
    transport: { watches: () => ({ silentMs: this.silentMs, goneMs: this.goneMs }) },
    metrics: () => Promise.resolve(this.metricsText),
  };
  readonly oracle: Oracle;
  readonly conduct: Conduct;
  readonly mending: Mending;
  readonly #lifecycle = new Lifecycle();

  private constructor(settings: Settings) {
    const { storage } = this.cluster;
    const report = (rule: Rule, detail: string) => {
      this.rules.push(rule);
      this.details.push(detail);
    };
    this.oracle = new Oracle({ storage, clock: this.clock });
    const judge = new EvictionJudge({ storage, clock: this.clock, oracle: this.oracle, settings, report });
    this.conduct = new Conduct({
      clock: this.clock,
      judge,
      report,
      note: () => {},
      count: () => {},
      managedSince: (namespace, path) => this.oracle.accountNamed(namespace, path)?.managedSince,
    });
    this.conduct.belongTo(this.process);
    this.mending = new Mending({ oracle: this.oracle, clock: this.clock, calmSinceMs: () => 0, report });
  }

  /** Plays `act`, and answers which rules it broke. */
  static async play(
    act: (scene: RogueScene) => Promise<void>,
    settings: Settings = SETTINGS,
  ): Promise<RogueScene> {
    const scene = new RogueScene(settings);
    const { clock } = scene;
    await clock.complete(scene.#begin());
    await clock.run(clock.now() + 10_000);
    await act(scene);
    scene.#lifecycle.stop();
    await scene.#lifecycle.join();
    return scene;
  }

  async #begin(): Promise<void> {
    const { api } = this.cluster;
    this.#lifecycle.start("the embedded cluster", (signal) => this.cluster.run(signal));
    await this.cluster.start();
    for (const name of ["spotalis-system", "shop"]) await api.create(NAMESPACES, { metadata: { name } });
    await this.lead(ROGUE);
    await api.create(DEPLOYMENTS, deployment("web", { replicas: 4 }));
  }

  async lead(identity: string): Promise<void> {
    const metadata = { namespace: "spotalis-system", name: "spotalis-controller-leader" };
    const { api } = this.cluster;
    if (api.storage.get(LEASES, metadata) !== undefined) api.delete(LEASES, metadata);
    await api.create(LEASES, { metadata, spec: { holderIdentity: identity } } as Draft<ApiObject>);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.run(this.clock.now() + ms);
  }

  async create(type: ResourceType, draft: object): Promise<void> {
    await this.clock.complete(this.cluster.api.create(type, draft as Draft<ApiObject>));
  }

  /** Changes an object of the namespace `shop`. */
  change<T extends ApiObject>(type: ResourceType, name: string, change: (object: T) => T): void {
    const ref = type.namespaced ? { namespace: "shop", name } : { name };
    this.cluster.api.update(type, change(this.cluster.storage.get<T>(type, ref)!));
  }

  annotate(annotations: Readonly<Record<string, string>>): void {
    this.change<Deployment>(DEPLOYMENTS, "web", ({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    }));
  }

  spec(change: object): void {
    this.change<Deployment>(DEPLOYMENTS, "web", (workload) => ({
      ...workload,
      spec: { ...workload.spec, ...change },
    }));
  }

  /** Pods of an app that are not terminating, by name. */
  pods(app = "web"): Pod[] {
    return [...this.cluster.storage.all<Pod>(PODS)].filter((pod) =>
      pod.metadata.labels?.["app"] === app && !isTerminating(pod)
    ).sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
  }

  /** As the operator does it, but for what `manner` says. */
  async evict({ metadata }: Pick<Pod, "metadata">, manner: Manner = {}): Promise<void> {
    const { namespace = "", name, labels = {} } = metadata;
    const uid = "uid" in manner ? manner.uid : metadata.uid;
    const workload = `Deployment/${labels["app"]}`;
    const fields = { namespace, workload, action: "evict", reason: "drift", victims: [name] };
    if (manner.decision !== null) this.log("info", "evict", { ...fields, ...manner.decision });
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const body = JSON.stringify({
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { namespace, name },
      deleteOptions: uid === undefined ? {} : { preconditions: { uid } },
    });
    const request = { method: "POST", path, body, sentMs: this.clock.now() };
    this.conduct.sent(request);
    let told = manner.told;
    if (told === undefined) {
      this.conduct.arrives(request);
      const response = await this.cluster.handle({
        method: "POST",
        path,
        query: new URLSearchParams(),
        header: () => undefined,
        body: () => Promise.resolve(body),
      });
      told = response.status;
      this.conduct.answered(request, { served: told, told });
    } else {
      this.conduct.answered(request, { served: undefined, told });
    }
    const outcome = told === 201 ? "evicted" : "not evicted";
    if (manner.outcome === null) return;
    this.log("info", manner.outcome ?? outcome, { namespace, workload, pod: name });
  }

  log(level: LogEntry["level"], message: string, fields: LogEntry["fields"]): void {
    this.conduct.logged({ level, message, fields });
  }
}

/** All on on-demand, and not pinned there by what the operator respects. */
export function deployment(name: string, { replicas }: { replicas: number }): Draft<Deployment> {
  return {
    metadata: {
      namespace: "shop",
      name,
      labels: { "spotalis.io/enabled": "true" },
      annotations: { "spotalis.io/spot-percentage": "100", "spotalis.io/min-on-demand": "3" },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeSelector: { "karpenter.sh/capacity-type": "on-demand" },
          terminationGracePeriodSeconds: 10,
          containers: [{ name: "main", image: "registry.example.com/app:1" }],
        },
      },
    },
  };
}
