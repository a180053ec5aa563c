import type { Draft } from "../api/api_server.ts";
import type { ApiObject, Pod, PodTemplate } from "../objects.ts";
import { controllerReference } from "./ownership.ts";

/** A pod as a template describes it, for an owner. Its name is left to the API server. */
export function podDraft(owner: ApiObject, { metadata = {}, spec }: PodTemplate): Draft<Pod> {
  const { labels, annotations, finalizers } = metadata;
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace!,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}
