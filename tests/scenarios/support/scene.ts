import type { Json } from "./json.ts";
import { OPERATOR_LABEL, type Scene, type SceneOptions, type Stage } from "./stage.ts";
import { Witness } from "./witness.ts";

/** Plays a scene in a new namespace, which is removed afterwards. */
export async function playScene(
  stage: Stage,
  act: (scene: Scene) => Promise<void>,
  { labels = {} }: SceneOptions = {},
): Promise<void> {
  const { name, cluster, operator, client, clock } = stage;
  const namespace = `${name}-${stage.unique()}`;
  const metadata = { name: namespace, labels: { [OPERATOR_LABEL]: name, ...labels } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  try {
    await using witness = await Witness.start(client, { namespace, clock });
    await act({
      name,
      cluster,
      operator,
      client,
      clock,
      serveWebhook: (handler) => stage.serveWebhook(handler),
      unique: () => stage.unique(),
      namespace,
      witness,
      apply: (...objects) =>
        cluster.apply(...objects.map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }))),
      patch: (target, patch) => cluster.patch(target, namespace, patch),
      remove: (target) => cluster.remove(target, namespace),
      scale: (target, replicas) => cluster.patch(target, namespace, { spec: { replicas } }),
      annotate: (target, annotations) => cluster.patch(target, namespace, { metadata: { annotations } }),
      events: async (reason) => {
        const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
        const { items } = await client.request<Json>("GET", path, { signal: new AbortController().signal });
        return items.filter((event: Json) => event.reason === reason);
      },
    });
    witness.checkFloors();
  } finally {
    await cluster.remove(`namespace/${namespace}`);
  }
}
