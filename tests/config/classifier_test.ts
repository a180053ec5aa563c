import assert from "node:assert/strict";
import { classifierOf } from "../../src/config/classifier.ts";
import { PRESET_NAMES, type PresetName } from "../../src/domain/presets.ts";
import { PLATFORM_NODES } from "../support/preset_nodes.ts";
import { loaded, problemsOf } from "./support.ts";

const configured = (nodeClassifier: string) =>
  classifierOf(loaded({ text: `controllers: { nodeClassifier: { ${nodeClassifier} } }` }).config);

for (const preset of [...PRESET_NAMES, "auto"] as const) {
  Deno.test(`classifierOf() knows the nodes of the platform of preset ${preset}`, () => {
    const platforms: readonly PresetName[] = preset === "auto" ? PRESET_NAMES : [preset];
    for (const { what, labels, capacity } of platforms.flatMap((name) => PLATFORM_NODES[name])) {
      assert.equal(configured(`preset: ${preset}`).classify(labels), capacity, what);
    }
  });
}

Deno.test("loadConfig() names every preset where it knows none of that name", () => {
  const [problem] = problemsOf({ text: "controllers: { nodeClassifier: { preset: moon } }" });
  const names = [...PRESET_NAMES, "auto"].join(", ");
  assert.ok(problem!.endsWith(`has to be one of: ${names}`), problem);
});

Deno.test("classifierOf() takes the configuration's selectors in place of the preset's, and adds tolerations", () => {
  const own = "spotLabels: [{ matchLabels: { kops.k8s.io/instancegroup: cheap } }], " +
    "onDemandLabels: [{ matchLabels: { kops.k8s.io/instancegroup: steady } }], " +
    "spotTolerations: [{ key: cheap, operator: Exists }]";
  const classifier = configured(`preset: auto, ${own}`);
  assert.deepEqual([...classifier.keys], ["kops.k8s.io/instancegroup"]);
  assert.equal(classifier.classify({ "karpenter.sh/capacity-type": "spot" }), "unknown");
  const aks = configured(`preset: aks, ${own}`).placement("spot").tolerations.map(({ key }) => key);
  assert.deepEqual(aks, ["kubernetes.azure.com/scalesetpriority", "cheap"]);
});
