import type { Json } from "./json.ts";
import { CAPACITY_LABEL, type Scene } from "./stage.ts";

const POOL_LABEL = "example.io/pool";
const KINDS = ["spot", "on-demand"] as const;
type Kind = typeof KINDS[number];

/** Nodes that only the workloads of one scene use: what becomes of them is no matter to other scenes. */
export class Pool {
  readonly #scene: Scene;
  readonly #name: string;

  readonly #nodes: number;

  private constructor(scene: Scene, { name, nodes }: { name: string; nodes: number }) {
    this.#scene = scene;
    this.#name = name;
    this.#nodes = nodes;
  }

  static async make(scene: Scene, { nodes = 2 }: { nodes?: number } = {}): Promise<Pool> {
    const pool = new Pool(scene, { name: `pool-${scene.unique()}`, nodes });
    const each = Array.from({ length: nodes }, (_, index) => index);
    for (const kind of KINDS) {
      for (const index of each) scene.witness.knowNode(pool.#nameOf(kind, index), kind);
    }
    await scene.cluster.apply(...KINDS.flatMap((kind) => each.map((index) => pool.#node(kind, index))));
    return pool;
  }

  /** Of a pod template: it runs on nodes of this pool. */
  get template(): { spec: Json } {
    return { spec: { nodeSelector: { [POOL_LABEL]: this.#name } } };
  }

  /** No pod is scheduled to nodes of this kind any more, or again. */
  async close(kind: Kind, isClosed = true): Promise<void> {
    for (let index = 0; index < this.#nodes; index++) {
      await this.#scene.cluster.patch(`node/${this.#nameOf(kind, index)}`, "", {
        spec: { unschedulable: isClosed },
      });
    }
  }

  async remove(): Promise<void> {
    for (const kind of KINDS) {
      for (let index = 0; index < this.#nodes; index++) {
        await this.#scene.cluster.remove(`node/${this.#nameOf(kind, index)}`);
      }
    }
  }

  #nameOf(kind: Kind, index: number): string {
    return `${this.#name}-${kind}-${index}`;
  }

  #node(kind: Kind, index: number): Json {
    const name = this.#nameOf(kind, index);
    const resources = { cpu: "64", memory: "256Gi", pods: "110" };
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
