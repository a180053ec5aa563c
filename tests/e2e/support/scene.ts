import type { KubeClient } from "../../../src/kube/client.ts";
import { Cluster, type Json } from "./cluster.ts";
import { Operator, OPERATOR_LABEL, type OperatorOptions } from "./operator.ts";
import { Witness } from "./witness.ts";

/** The cluster that `tests/e2e/main.ts` has started for all files. */
export function sharedCluster(): Cluster {
  const dir = Deno.env.get("SPOTALIS_E2E_DIR");
  if (dir === undefined) throw new Error('SPOTALIS_E2E_DIR is not set: run "deno task test:e2e"');
  return new Cluster(dir);
}

/** A cluster, an operator, and a client of the administrator's. */
export interface Stage {
  readonly cluster: Cluster;
  readonly operator: Operator;
  readonly client: KubeClient;
}

/** A namespace of its own on a stage, with a witness. */
export interface Scene extends Stage {
  readonly namespace: string;
  readonly witness: Witness;
  apply(...objects: Json[]): Promise<void>;
  /** `deployment/web` */
  patch(target: string, patch: Json): Promise<void>;
  scale(target: string, replicas: number): Promise<void>;
  annotate(target: string, annotations: Record<string, string | null>): Promise<void>;
  /** Events with this reason. */
  events(reason: string): Promise<Json[]>;
}

/** Plays one scene, as a step of the test. Steps may be played side by side. */
export type Play = (
  title: string,
  act: (scene: Scene) => Promise<void>,
  options?: SceneOptions,
) => Promise<void>;

export interface SceneOptions {
  /** Of the namespace. */
  readonly labels?: Record<string, string>;
}

/** Registers a test that has the shared cluster and an operator of its own. */
export function stage(options: OperatorOptions, act: (play: Play, stage: Stage) => Promise<void>): void {
  Deno.test({
    name: options.name,
    // Steps run side by side, and transports keep connections open to the end of the process.
    sanitizeResources: false,
    sanitizeOps: false,
    sanitizeExit: false,
    async fn(test) {
      const cluster = sharedCluster();
      const client = await cluster.client();
      await using operator = await Operator.start(cluster, options);
      const stage = { cluster, operator, client };
      const failures: string[] = [];
      await act(async (title, scene, sceneOptions) => {
        const isGood = await test.step({
          name: title,
          fn: () => playScene(stage, { operatorName: options.name, act: scene, ...sceneOptions }),
          sanitizeResources: false,
          sanitizeOps: false,
          sanitizeExit: false,
        });
        if (!isGood) failures.push(title);
      }, stage);
      if (failures.length > 0) throw new Error(`failed: ${failures.join(", ")}\n${operator.tail(40)}`);
      await cluster.delete("mutatingwebhookconfiguration", `spotalis-${options.name}`);
    },
  });
}

/** Plays a scene in a new namespace, which is removed afterwards. */
export async function playScene(
  stage: Stage,
  { operatorName, act, labels = {} }: SceneOptions & {
    operatorName: string;
    act: (scene: Scene) => Promise<void>;
  },
): Promise<void> {
  const { cluster, client } = stage;
  const namespace = `${operatorName}-${crypto.randomUUID().slice(0, 8)}`;
  const metadata = { name: namespace, labels: { [OPERATOR_LABEL]: operatorName, ...labels } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  try {
    await using witness = await Witness.start(client, namespace);
    await act({
      ...stage,
      namespace,
      witness,
      apply: (...objects) =>
        cluster.apply(...objects.map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }))),
      patch: (target, patch) => cluster.patch(target, namespace, patch),
      scale: (target, replicas) => cluster.patch(target, namespace, { spec: { replicas } }),
      annotate: (target, annotations) => cluster.patch(target, namespace, { metadata: { annotations } }),
      events: async (reason) =>
        (await cluster.get("-n", namespace, "events.events.k8s.io")).items.filter((event: Json) =>
          event.reason === reason
        ),
    });
    witness.checkFloors();
  } finally {
    await cluster.delete("namespace", namespace);
  }
}
