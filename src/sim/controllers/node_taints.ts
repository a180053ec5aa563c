import { type Node, type ObjectRef, type Taint, timestamp } from "../objects.ts";
import { NODES } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";

const CORDONED = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;

/** Gives a cordoned node the taint that says so, and takes it away again (`pkg/controller/nodelifecycle`). */
export class NodeTaints {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    const look = (node: Node) => {
      if (isWrong(node)) this.#loop.touch(node.metadata);
    };
    for (const node of storage.all<Node>(NODES)) look(node);
    storage.onChange(({ type, object, event }) => {
      if (type === NODES && event !== "DELETED") look(object as Node);
    });
    await this.#loop.run(signal);
  }

  #sync(ref: ObjectRef): void {
    const { api, clock } = this.#deps;
    const node = api.storage.get<Node>(NODES, ref);
    if (node === undefined || !isWrong(node)) return;
    const others = (node.spec?.taints ?? []).filter((taint) => !isCordoned(taint));
    const taint = { ...CORDONED, timeAdded: timestamp(clock.wall()) };
    const taints = node.spec?.unschedulable === true ? [...others, taint] : others;
    api.update(NODES, { ...node, spec: { ...node.spec, taints } });
  }
}

function isWrong({ spec }: Node): boolean {
  return (spec?.unschedulable === true) !== (spec?.taints ?? []).some(isCordoned);
}

function isCordoned({ key, effect }: Taint): boolean {
  return key === CORDONED.key && effect === CORDONED.effect;
}
