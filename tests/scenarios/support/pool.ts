import type { Json } from "./json.ts";
import { CAPACITY_LABEL, type Scene } from "./stage.ts";

const POOL_LABEL = "example.io/pool";

export type Kind = "spot" | "on-demand";

export interface PoolOptions {
  /** Of each kind. */
  readonly nodes?: number;
  /** How many pods a spot node has room for. */
  readonly spotPods?: number;
}

/** Nodes that only the workloads of one scene use: what becomes of them is no matter to other scenes. */
export class Pool {
  readonly #scene: Pick<Scene, "cluster" | "witness">;
  readonly #name: string;
  readonly #nodes = new Map<string, Kind>();
  #count = 0;

  private constructor(scene: Pick<Scene, "cluster" | "witness">, name: string) {
    this.#scene = scene;
    this.#name = name;
  }

  static async make(scene: Scene, { nodes = 2, spotPods }: PoolOptions = {}): Promise<Pool> {
    const pool = new Pool(scene, `pool-${scene.unique()}`);
    await pool.add("spot", { nodes, pods: spotPods });
    await pool.add("on-demand", { nodes });
    return pool;
  }

  /** Of a pod template: it runs on nodes of this pool. */
  get template(): { spec: Json } {
    return { spec: { nodeSelector: { [POOL_LABEL]: this.#name } } };
  }

  async add(kind: Kind, { nodes = 1, pods = 110 }: { nodes?: number; pods?: number | undefined } = {}) {
    const names = Array.from({ length: nodes }, () => `${this.#name}-${kind}-${this.#count++}`);
    for (const name of names) {
      this.#nodes.set(name, kind);
      this.#scene.witness.knowNode(name, kind);
    }
    await this.#scene.cluster.apply(...names.map((name) => this.#node(name, { kind, pods })));
  }

  /** No pod is scheduled to nodes of this kind any more. */
  async close(kind: Kind): Promise<void> {
    await this.#cordon(kind, true);
  }

  async open(kind: Kind): Promise<void> {
    await this.#cordon(kind, false);
  }

  /** The nodes go, and the pods on them with them: as of spot nodes that the cloud takes back. */
  async take(kind: Kind): Promise<void> {
    for (const [name, of] of this.#nodes) {
      if (of !== kind) continue;
      this.#nodes.delete(name);
      await this.#scene.cluster.remove(`node/${name}`);
    }
  }

  async remove(): Promise<void> {
    await this.take("spot");
    await this.take("on-demand");
  }

  async #cordon(kind: Kind, unschedulable: boolean): Promise<void> {
    for (const [name, of] of this.#nodes) {
      if (of === kind) await this.#scene.cluster.patch(`node/${name}`, "", { spec: { unschedulable } });
    }
  }

  #node(name: string, { kind, pods }: { kind: Kind; pods: number }): Json {
    // Room on on-demand for what no spot node is large enough for.
    const resources = { cpu: kind === "spot" ? "64" : "256", memory: "256Gi", pods: String(pods) };
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        annotations: { "kwok.x-k8s.io/node": "fake" },
        labels: {
          "kubernetes.io/hostname": name,
          "kubernetes.io/os": "linux",
          [CAPACITY_LABEL]: kind,
          [POOL_LABEL]: this.#name,
        },
      },
      status: { capacity: resources, allocatable: resources },
    };
  }
}
