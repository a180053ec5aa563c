import assert from "node:assert/strict";
import { qualified, RESOURCES } from "../../../src/sim/resources.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";

/** Measured with a PUT without a version, and with a PUT of what is not there, on Kubernetes 1.36. */
const NOT_UNCONDITIONALLY = [
  "poddisruptionbudgets.policy",
  "leases.coordination.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
];
const CREATED_BY_UPDATE = ["events", "services", "leases.coordination.k8s.io", "events.events.k8s.io"];

for (const type of RESOURCES) {
  const name = qualified(type);
  Deno.test(`an update of ${name} may leave out the version, or make what is not there, as it may in Kubernetes`, () => {
    const { mayUpdateUnconditionally = true, mayCreateOnUpdate = false } = STRATEGIES.get(type)!;
    assert.equal(mayUpdateUnconditionally, !NOT_UNCONDITIONALLY.includes(name));
    assert.equal(mayCreateOnUpdate, CREATED_BY_UPDATE.includes(name));
  });
}
