import assert from "node:assert/strict";
import type { Report } from "../../../src/cli/simulate/report.ts";
import { runMain } from "../support.ts";
import { documents, workload } from "./simulations.ts";

const WEB = workload("web", { policy: { "spot-percentage": "50" } });
const WRONG = workload("wrong", { policy: { "spot-percentage": "many" } });

async function compared(
  files: Readonly<Record<string, string>>,
  { compare, args = [] }: { compare: readonly string[]; args?: readonly string[] },
): Promise<Report> {
  const all = ["simulate", "-f", "m.yaml", "--length", "1m", ...args, "-o", "json"];
  const { code, out, error } = await runMain([...all, ...compare.flatMap((each) => ["--compare", each])], {
    files,
  });
  assert.deepEqual([code, error], [0, ""]);
  return JSON.parse(out);
}

Deno.test("simulate has a percentage be of all workloads where none is managed, but of none that refuses", async () => {
  const refusing = workload("never").replace('"labels":{}', '"labels":{"spotalis.io/enabled":"false"}');
  const files = { "m.yaml": documents(workload("web"), refusing) };
  const { variants, assumptions } = await compared(files, { compare: ["percentage=50"] });
  assert.deepEqual(variants.map(({ workloads }) => workloads.map(({ isManaged }) => isManaged)), [
    [false, false],
    [true, false],
  ]);
  assert.match(
    assumptions.at(-1)!,
    /^No workload of the manifests is managed: in variants with a percentage or floor, all/,
  );
});

Deno.test("simulate has a percentage be of no workload that is out of the operator's scope", async () => {
  const { variants, assumptions } = await compared(
    { "m.yaml": workload("web", { namespace: "kube-system" }) },
    { compare: ["percentage=50"] },
  );
  assert.deepEqual(variants.map(({ workloads }) => workloads[0]!.isManaged), [false, false]);
  assert.ok(!assumptions.some((text) => text.startsWith("No workload")));
});

Deno.test("simulate has figures of the same workloads in every variant", async () => {
  const { variants } = await compared({ "m.yaml": workload("web") }, { compare: ["percentage=50"] });
  assert.deepEqual(variants.map(({ figures }) => figures.podsCreated), [4, 4]);
  const files = {
    "m.yaml": documents(WEB, workload("api", { namespace: "other" })),
    "c.yaml": "controllers: { watchNamespaces: [other] }",
  };
  const { variants: scoped } = await compared(files, { compare: ["config=c.yaml"] });
  assert.deepEqual(scoped.map(({ figures, workloads }) => [figures.podsCreated, workloads[0]!.isManaged]), [[
    4,
    true,
  ], [4, false]]);
});

Deno.test("simulate varies the policy of those workloads that have one, by themselves or by their namespace", async () => {
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: all, labels: { spotalis.io/enabled: "true" }, ' +
    'annotations: { spotalis.io/spot-percentage: "20" } }';
  const own = workload("own", { namespace: "all" });
  const files = { "m.yaml": documents(namespace, WEB, workload("plain"), own, WRONG) };
  const { variants } = await compared(files, { compare: ["percentage=75", "floor=3"] });
  const policies = variants.map((
    { name, workloads },
  ) => [name, ...workloads.map(({ policy }) => policy.split(": ")[0])]);
  assert.deepEqual(policies, [
    [
      "as given",
      "50 % spot, at least 0 on-demand",
      "not managed",
      "20 % spot, at least 0 on-demand",
      "left alone, invalid",
    ],
    [
      "percentage 75",
      "75 % spot, at least 0 on-demand",
      "not managed",
      "75 % spot, at least 0 on-demand",
      "75 % spot, at least 0 on-demand",
    ],
    [
      "floor 3",
      "50 % spot, at least 3 on-demand",
      "not managed",
      "20 % spot, at least 3 on-demand",
      "left alone, invalid",
    ],
  ]);
});

Deno.test("simulate plays without the operator, too", async () => {
  const files = { "m.yaml": workload("web", { replicas: 9, policy: { "spot-percentage": "100" } }) };
  const { variants: [given, off] } = await compared(files, { compare: ["off"], args: ["--length", "10m"] });
  assert.deepEqual([given!.figures.spotShare, given!.figures.minutesOffSplit], [1, 0]);
  assert.ok(off!.figures.spotShare < 0.9 && off!.figures.minutesOffSplit > 9);
  assert.deepEqual(off!.workloads[0]!.heldMinutes, {});
});

Deno.test("simulate says where events change what is compared", async () => {
  const annotate = (key: string) =>
    `events: [{ do: annotate, at: 30s, workload: Deployment shop/web, annotations: { ${key}: "3" } }]`;
  for (const [key, isTold] of [["spotalis.io/min-on-demand", true], ["a.b/c", false]] as const) {
    const files = { "m.yaml": WEB, "s.yaml": annotate(key) };
    const { assumptions } = await compared(files, {
      compare: ["percentage=20"],
      args: ["--scenario", "s.yaml"],
    });
    assert.equal(assumptions.some((text) => text.includes("holds in every variant")), isTold, key);
  }
});
