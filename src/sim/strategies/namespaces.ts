import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject, Namespace } from "../objects.ts";
import { isFinalizer, metadataProblems, unqualified } from "./metadata.ts";
import { dnsLabel } from "./names.ts";

const NAME = "kubernetes.io/metadata.name";
/** Whose content has to go before a namespace does. */
const FINALIZER = "kubernetes";

export const NAMESPACE: Strategy = {
  /** An update cannot take the finalizers of the spec away: see `finalized`. */
  defaults(object: ApiObject): ApiObject {
    const { metadata, spec = {} } = object as Namespace;
    const { name, labels } = metadata;
    const isNamed = !name || labels?.[NAME] === name;
    const finalizers = spec.finalizers ?? [];
    if (isNamed && finalizers.includes(FINALIZER)) return object;
    return {
      ...object,
      metadata: isNamed ? metadata : { ...metadata, labels: { ...labels, [NAME]: name } },
      spec: finalizers.includes(FINALIZER) ? spec : { ...spec, finalizers: [...finalizers, FINALIZER] },
    } as Namespace;
  },

  created: (object) => ({ ...object, status: { phase: "Active" } }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    return [...metadataProblems(object, { name: dnsLabel, before }), ...finalizerProblems(object as Namespace)];
  },
};

function* finalizerProblems({ spec }: Namespace): Generator<Cause> {
  for (const text of spec?.finalizers ?? []) if (!isFinalizer(text)) yield unqualified("spec.finalizers", text);
}
