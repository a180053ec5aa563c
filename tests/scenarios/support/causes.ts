import type { Json } from "./json.ts";
import type { Scene } from "./stage.ts";
import { addWebhook, unregister } from "./webhooks.ts";

/** Why evictions are in vain, as something that can be begun and ended. */
export interface Cause {
  readonly what: string;
  /** What the Event says of it. */
  readonly says: RegExp;
  /** The answer ends it. */
  readonly begin: (scene: Scene) => Promise<() => Promise<void>>;
}

/** A namespace with this label is in no webhook's selector. */
export const NOT_SELECTED_LABEL = "ineffective.e2e.spotalis.io/not-selected";
/** Tells capacity on these stages: other tests have the same nodes, and must not notice. */
export const KIND_LABEL = "ineffective.e2e.spotalis.io/kind";

const NO_PLACEMENT = /did not get our placement: is the webhook registered and reached, its namespace selected/;

/** As a policy engine does that allows known labels only. */
function takeOut({ metadata, spec }: Json): Json[] {
  const remove = (path: string) => ({ op: "remove", path });
  return [
    ...metadata.labels?.["spotalis.io/capacity"] ? [remove("/metadata/labels/spotalis.io~1capacity")] : [],
    ...metadata.annotations?.["spotalis.io/slot"] ? [remove("/metadata/annotations/spotalis.io~1slot")] : [],
    ...spec.nodeSelector ? [remove("/spec/nodeSelector")] : [],
  ];
}

/** As a webhook does that puts the pods of a team on the team's nodes. */
const putOnSpot = () => [{ op: "add", path: "/spec/nodeSelector", value: { [KIND_LABEL]: "spot" } }];

export const CAUSES: Readonly<Record<string, Cause>> = {
  notRegistered: {
    what: "the webhook is not registered",
    says: NO_PLACEMENT,
    begin: unregister,
  },
  notSelected: {
    what: "the webhook does not select the namespace",
    says: NO_PLACEMENT,
    begin: async ({ cluster, namespace }) => {
      const label = (value: string | null) =>
        cluster.patch(`namespace/${namespace}`, "", { metadata: { labels: { [NOT_SELECTED_LABEL]: value } } });
      await label("true");
      return () => label(null);
    },
  },
  takenOut: {
    what: "another webhook takes the placement out again",
    says: NO_PLACEMENT,
    begin: (scene) => addWebhook(scene, { patchOf: takeOut, reinvocationPolicy: "IfNeeded" }),
  },
  putElsewhere: {
    what: "another webhook puts the pods elsewhere",
    says: /evicted from spot is on spot again: does another webhook change its node selection/,
    begin: (scene) => addWebhook(scene, { patchOf: putOnSpot, reinvocationPolicy: "IfNeeded" }),
  },
  relabelled: {
    what: "nodes change their kind as soon as a pod runs on them",
    says: /a pod that was moved to on-demand is on spot now: has the label of its node changed\?/,
    begin: relabelWhenReady,
  },
};

/** Harmless: ours is asked again after it, and it is not asked again after ours. */
export const putElsewhereOnce: Cause["begin"] = (scene) =>
  addWebhook(scene, { patchOf: putOnSpot, reinvocationPolicy: "Never" });

async function relabelWhenReady({ cluster, witness }: Scene): Promise<() => Promise<void>> {
  const changed = new Set<string>();
  let isOver = false;
  const label = (node: string, kind: string) =>
    cluster.patch(`node/${node}`, "", { metadata: { labels: { [KIND_LABEL]: kind } } });
  const nodeOf = () =>
    witness.of("web").filter((pod) => pod.on === "on-demand" && pod.isReady)
      .map((pod) => pod.object.spec.nodeName as string)
      .find((node) => !changed.has(node));
  const follow = async () => {
    while (!isOver) {
      await witness.until(() => isOver || nodeOf() !== undefined, {
        what: "a pod on on-demand",
        ms: 100 * 3_600_000,
      });
      const node = nodeOf();
      if (isOver || node === undefined) continue;
      changed.add(node);
      await label(node, "spot");
    }
  };
  const following = follow();
  return await Promise.resolve(async () => {
    isOver = true;
    witness.tell();
    await following;
    for (const node of changed) await label(node, "on-demand");
  });
}
