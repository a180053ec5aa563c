import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { notNegative, wrong } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";

interface Lease extends ApiObject {
  readonly spec: { readonly leaseDurationSeconds?: number; readonly leaseTransitions?: number };
}

export const LEASE: Strategy = {
  defaults: (object) => object.spec === undefined ? { ...object, spec: {} } : object,

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...specProblems((object as Lease).spec),
    ];
  },
  mayUpdateUnconditionally: false,
  mayCreateOnUpdate: true,
};

function* specProblems({ leaseDurationSeconds, leaseTransitions }: Lease["spec"]): Generator<Cause> {
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    yield wrong("spec.leaseDurationSeconds", { value: leaseDurationSeconds, why: "must be greater than 0" });
  }
  yield* notNegative("spec.leaseTransitions", leaseTransitions);
}
