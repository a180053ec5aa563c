import assert from "node:assert/strict";
import { parsePolicy } from "../../../src/domain/policy.ts";
import { spotTarget } from "../../../src/domain/distribution.ts";
import { forAll } from "../../support/random.ts";
import { expectedOnSpot, expectedPolicy } from "./expected_policy.ts";

const ENABLED = "spotalis.io/enabled";
const PERCENTAGE = "spotalis.io/spot-percentage";

forAll("the oracle's reading of a policy and the operator's agree", { runs: 2_000 }, (random) => {
  const texts = (values: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(
      random.some(Object.keys(values), 0.4).map((key) => [key, random.pick(values[key]!)]),
    );
  const source = () => ({
    labels: texts({ [ENABLED]: ["true", "true", "false", "yes"] }),
    annotations: texts({
      [PERCENTAGE]: ["0", "70", "70%", "100", "101", "070", "-1", "1e1", " 5", ""],
      "spotalis.io/min-on-demand": ["0", "2", "x", "01", "2147483647", "2147483648"],
      "spotalis.io/disruption-schedule": ["0 2 * * *", "*/30 * * * *"],
      "spotalis.io/disruption-duration": ["4h", "10m", "0h"],
      "spotalis.io/spot-fallback": ["off", "5m", "never"],
    }),
  });
  const [workload, namespace] = [source(), { name: "shop", ...source() }];
  const [ours, theirs] = [expectedPolicy(workload, namespace), parsePolicy(workload, namespace)];
  const about = JSON.stringify({ workload, namespace });
  assert.equal(ours.kind, theirs.kind, about);
  if (ours.kind !== "managed" || theirs.kind !== "managed") return;
  assert.deepEqual(
    [ours.percentage, ours.floor, ours.window?.schedule, ours.window?.durationMs],
    [
      theirs.policy.spotPercentage,
      theirs.policy.minOnDemand,
      theirs.policy.window?.schedule,
      theirs.policy.window?.durationMs,
    ],
    about,
  );
  const pods = random.integer(0, 40);
  assert.equal(expectedOnSpot(pods, ours), spotTarget(pods, theirs.policy), about);
});

Deno.test("the oracle leaves kube-system and the operator's own namespace to themselves", () => {
  const workload = { labels: { [ENABLED]: "true" }, annotations: { [PERCENTAGE]: "50" } };
  for (const name of ["kube-system", "spotalis-system"]) {
    assert.equal(expectedPolicy(workload, { name }).kind, "unmanaged");
  }
  assert.equal(expectedPolicy(workload, { name: "shop" }).kind, "managed");
});
