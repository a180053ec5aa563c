import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import type { Play, Scenario, Scene, Stage } from "./support/stage.ts";
import { deployment, type WorkloadOptions } from "./support/workloads.ts";

interface Case {
  readonly title: string;
  readonly workload: Partial<WorkloadOptions>;
  /** Of the namespace. */
  readonly labels?: Record<string, string>;
  readonly namespaceAnnotations?: Record<string, string>;
  /** Spot pods of ten; `untouched`: not managed; a text: invalid, and what the Event says. */
  readonly expect: number | "untouched" | { readonly invalid: RegExp };
}

/** How many cases are played side by side: few, since a real control plane has other tests to serve. */
const LANES = 2;
const ENABLED = { "spotalis.io/enabled": "true" };
const PERCENTAGE = "spotalis.io/spot-percentage";
const FLOOR = "spotalis.io/min-on-demand";
const allowed = /an integer from 0 to 100/;
const invalid = (pattern: RegExp) => ({ invalid: pattern });

const CASES: readonly Case[] = [
  { title: "70", workload: { percentage: "70" }, expect: 7 },
  { title: "70%", workload: { percentage: "70%" }, expect: 7 },
  { title: "0", workload: { percentage: "0" }, expect: 0 },
  { title: "100 with a floor of 3", workload: { percentage: "100", floor: 3 }, expect: 7 },
  { title: "only a label: all on-demand", workload: {}, expect: 0 },
  {
    title: "a percentage on the namespace only",
    workload: {},
    namespaceAnnotations: { [PERCENTAGE]: "50" },
    expect: 5,
  },
  {
    title: "a floor on the namespace only",
    workload: { percentage: 100 },
    namespaceAnnotations: { [FLOOR]: "4" },
    expect: 6,
  },
  {
    title: "a window on the namespace, half of it overridden by the workload",
    workload: { percentage: 50, annotations: { "spotalis.io/disruption-duration": "2h" } },
    namespaceAnnotations: {
      "spotalis.io/disruption-schedule": "0 2 * * *",
      "spotalis.io/disruption-duration": "1h",
    },
    expect: 5,
  },
  {
    title: "no fallback",
    workload: { percentage: 70, annotations: { "spotalis.io/spot-fallback": "off" } },
    expect: 7,
  },
  {
    title: "a fallback on the namespace",
    workload: { percentage: 70 },
    namespaceAnnotations: { "spotalis.io/spot-fallback": "10m" },
    expect: 7,
  },
  {
    title: "an invalid percentage on the namespace",
    workload: {},
    namespaceAnnotations: { [PERCENTAGE]: "lots" },
    expect: invalid(/spot-percentage on the namespace is "lots"/),
  },
  {
    title: "label on the namespace, percentage on the workload",
    workload: { enabled: false, percentage: 40 },
    labels: ENABLED,
    expect: 4,
  },
  { title: "label on the namespace only", workload: { enabled: false }, labels: ENABLED, expect: "untouched" },
  { title: "no label at all", workload: { enabled: false, percentage: 40 }, expect: "untouched" },
  {
    title: "opt-out of an enabled namespace",
    workload: { enabled: "false", percentage: 40 },
    labels: ENABLED,
    expect: "untouched",
  },
  { title: "NaN", workload: { percentage: "NaN" }, expect: invalid(allowed) },
  { title: "1e9", workload: { percentage: "1e9" }, expect: invalid(allowed) },
  { title: "-1", workload: { percentage: "-1" }, expect: invalid(allowed) },
  { title: "101", workload: { percentage: "101" }, expect: invalid(allowed) },
  {
    title: "a leading space",
    workload: { percentage: " 70" },
    expect: invalid(/" 70", allowed is an integer/),
  },
  { title: "a newline", workload: { percentage: "70\n" }, expect: invalid(/"70\\n", allowed is an integer/) },
  {
    title: "10 KiB",
    workload: { percentage: "7".repeat(10_240) },
    expect: invalid(/"7{64}…", allowed is an integer/),
  },
  {
    title: "a negative floor",
    workload: { percentage: 70, floor: "-1" },
    expect: invalid(/an integer from 0 up/),
  },
  {
    title: "an enabled label that is neither true nor false",
    workload: { enabled: "yes", percentage: 70 },
    expect: invalid(/spotalis.io\/enabled on the workload is "yes"/),
  },
  {
    title: "a schedule without a duration",
    workload: { percentage: 70, annotations: { "spotalis.io/disruption-schedule": "0 2 * * *" } },
    expect: invalid(/disruption-duration is missing/),
  },
  {
    title: "a schedule that is none",
    workload: {
      percentage: 70,
      annotations: { "spotalis.io/disruption-schedule": "@daily", "spotalis.io/disruption-duration": "1h" },
    },
    expect: invalid(/"@daily", allowed is five cron fields/),
  },
  {
    title: "a duration that is none",
    workload: {
      percentage: 70,
      annotations: {
        "spotalis.io/disruption-schedule": "0 2 * * *",
        "spotalis.io/disruption-duration": "4 hours",
      },
    },
    expect: invalid(/"4 hours", allowed is a Go duration/),
  },
  {
    title: "a fallback that is none",
    workload: { percentage: 70, annotations: { "spotalis.io/spot-fallback": "never" } },
    expect: invalid(/"never", allowed is "off", or a Go duration/),
  },
  {
    title: "two problems at once",
    workload: { percentage: "x", floor: "y" },
    expect: invalid(/spot-percentage.*"x".*; .*min-on-demand.*"y"/),
  },
];

async function act(play: Play, { operator, cluster, clock }: Stage): Promise<void> {
  const isInvalid = (namespace: string) => operator.metric("spotalis_workload_invalid", { namespace });

  async function check({ apply, witness, namespace, events, annotate, patch }: Scene, of: Case): Promise<void> {
    if (of.namespaceAnnotations !== undefined) {
      await cluster.patch(`namespace/${namespace}`, namespace, {
        metadata: { annotations: of.namespaceAnnotations },
      });
    }
    await apply(deployment({ name: "web", replicas: 10, ...of.workload }));
    await witness.settled("web", 10);
    if (typeof of.expect === "number") {
      assert.equal(witness.split("web").spot, of.expect);
      assert.equal(witness.evicted.size, 0);
      return;
    }
    assert.ok(witness.of("web").every((pod) => pod.label === undefined && pod.slot === undefined), "untouched");
    const plan = JSON.parse(await operator.cli("plan", "-o", "json", "-n", namespace));
    if (of.expect === "untouched") {
      assert.deepEqual(plan.workloads, []);
      assert.equal(witness.evicted.size, 0);
      return;
    }
    assert.equal(plan.workloads[0].reason, "policy");
    assert.match(plan.workloads[0].detail, of.expect.invalid);
    assert.equal(plan.sum.invalid, 1);
    const expected = of.expect.invalid;
    await eventually(clock, async () => {
      assert.equal(await isInvalid(namespace), 1);
      const written = await events("InvalidPolicy");
      assert.equal(written.length, 1);
      assert.equal(written[0].type, "Warning");
      assert.match(written[0].note, expected);
    });
    const line = await operator.logged((line) =>
      line["namespace"] === namespace && line["reason"] === "policy"
    );
    assert.match(String(line["detail"]), of.expect.invalid);
    // Corrected, it is managed without a restart.
    const keys = Object.keys({ ...of.workload.annotations, [FLOOR]: "", [PERCENTAGE]: "" });
    await annotate("deployment/web", {
      ...Object.fromEntries(keys.map((key) => [key, null])),
      [PERCENTAGE]: "50",
    });
    await patch("deployment/web", { metadata: { labels: ENABLED } });
    await eventually(clock, async () => {
      assert.equal(await operator.metric("spotalis_workload_target_replicas", { namespace }), 10);
      assert.equal(await isInvalid(namespace), 0);
    });
  }

  const playAll = async (cases: readonly Case[]) => {
    for (const each of cases) {
      await play(each.title, (scene) => check(scene, each), { labels: each.labels ?? {} });
    }
  };
  // No case knows of another: they take turns on a few lanes.
  await Promise.all(
    Array.from({ length: LANES }, (_, lane) => playAll(CASES.filter((_, i) => i % LANES === lane))),
  );
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "policy-table" }, act }];
