import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject } from "../objects.ts";
import { immutable, notNegative, required } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

interface ControllerRevision extends ApiObject {
  readonly revision?: number;
  readonly data?: object;
}

export const REVISION: Strategy = {
  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    const { revision, data } = object as ControllerRevision;
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...notNegative("revision", revision),
      ...data === undefined ? [required("data", "data is mandatory")] : [],
      ...before !== undefined && !isEqual((before as ControllerRevision).data, data)
        ? [immutable("data", data)]
        : [],
    ];
  },
};
