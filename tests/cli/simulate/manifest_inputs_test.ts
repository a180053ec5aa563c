import assert from "node:assert/strict";
import { parseAllDocuments, stringify } from "yaml";
import { loadConfig } from "../../../src/config/load.ts";
import { loadScenario } from "../../../src/config/scenario.ts";
import { missingWorkloads } from "../../../src/config/scenario_workloads.ts";
import { readManifests } from "../../../src/cli/simulate/manifests.ts";
import { mutated } from "../../operator/mutations.ts";
import { forAll } from "../../support/random.ts";

const EXAMPLES = new URL("../../../examples/", import.meta.url);

function example(path: string): { path: string; text: string } {
  return { path, text: Deno.readTextFileSync(new URL(path, EXAMPLES)) };
}

const SCENARIOS = [...Deno.readDirSync(new URL("scenarios/", EXAMPLES))].map(({ name }) => name).sort();
const MANIFESTS = [...Deno.readDirSync(EXAMPLES)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();

Deno.test("there are at least five example scenarios, and manifests of three shapes", () => {
  assert.ok(SCENARIOS.length >= 5, SCENARIOS.join());
  assert.ok(MANIFESTS.length >= 3, MANIFESTS.join());
});

for (const name of SCENARIOS) {
  Deno.test(`examples/scenarios/${name} is valid, assumes nothing, and speaks of workloads of the shop`, () => {
    const file = example(`scenarios/${name}`);
    const result = loadScenario(file);
    assert.ok(result.ok, JSON.stringify(result));
    assert.deepEqual(result.assumptions, []);
    const workloads = readManifests([example("shop.yaml")]).objects.flatMap(({ kind, namespace, name }) =>
      kind === "Deployment" || kind === "StatefulSet" ? [{ kind, namespace, name }] : []
    );
    assert.deepEqual(missingWorkloads(result.scenario, { file: file.path, workloads }), []);
  });
}

for (const name of MANIFESTS) {
  Deno.test(`examples/${name} is read without a problem`, () => {
    assert.deepEqual(readManifests([example(name)]).problems, []);
  });
}

Deno.test("examples/shop.yaml is simulated but for its autoscaler's metrics and its Service", () => {
  const { objects, autoscalers, notes, assumptions } = readManifests([example("shop.yaml")]);
  assert.deepEqual(objects.map(({ kind, name }) => `${kind} ${name}`), [
    "Namespace shop",
    "PodDisruptionBudget web",
    "PodDisruptionBudget db",
    "Deployment web",
    "Deployment api",
    "Deployment worker",
    "StatefulSet db",
  ]);
  assert.deepEqual(autoscalers.map(({ min, max }) => [min, max]), [[4, 40]]);
  assert.deepEqual(notes.map(({ document, object, path }) => [document, object, path]), [
    [8, "HorizontalPodAutoscaler shop/web", "spec.metrics"],
    [9, "Service shop/db", ""],
  ]);
  assert.deepEqual(assumptions, []);
});

Deno.test("examples/quorum.yaml has a note on each part that is not simulated", () => {
  const { objects, notes, assumptions, operatorConfig } = readManifests([example("quorum.yaml")]);
  assert.deepEqual(objects.map(({ kind }) => kind), ["Namespace", "PodDisruptionBudget", "StatefulSet"]);
  assert.deepEqual(notes.map(({ object, path }) => `${object} ${path}`.trim()), [
    "ServiceAccount data/quorum",
    "StatefulSet data/quorum spec.template.spec.priorityClassName",
    "StatefulSet data/quorum spec.template.spec.affinity.podAntiAffinity",
    "StatefulSet data/quorum spec.template.spec.initContainers",
    "StatefulSet data/quorum spec.template.spec.containers[*].readinessProbe",
    "StatefulSet data/quorum spec.template.spec.containers[*].lifecycle.preStop",
    "StatefulSet data/quorum spec.volumeClaimTemplates",
    "DaemonSet data/agent",
    "CronJob data/backup",
    "PriorityClass databases",
    "QuorumUser data/reporting",
  ]);
  assert.deepEqual(assumptions, [
    "Containers that ask for no cpu or memory are taken to ask for 100m and 128Mi: StatefulSet data/quorum (exporter).",
  ]);
  assert.equal(operatorConfig?.path, "quorum.yaml, document 2 (ConfigMap spotalis-system/spotalis-config)");
  const config = loadConfig({ file: operatorConfig, env: {} });
  assert.ok(config.ok);
  assert.equal(config.config.controllers.workloadTiming.cooldownPeriod.ms, 30_000);
});

Deno.test("examples/cluster-list.yaml is one Deployment; its pods are made anew", () => {
  const { objects, notes } = readManifests([example("cluster-list.yaml")]);
  assert.deepEqual(objects.map(({ kind, name }) => [kind, name]), [["Deployment", "hello"]]);
  assert.deepEqual(Object.keys(objects[0]!.object), ["apiVersion", "kind", "metadata", "spec"]);
  assert.deepEqual(objects[0]!.object["metadata"], {
    name: "hello",
    namespace: "default",
    labels: { "spotalis.io/enabled": "true" },
    annotations: { "spotalis.io/spot-percentage": "60" },
  });
  assert.deepEqual(notes.map(({ object }) => object), [
    "ReplicaSet default/hello-6d4cf56db6",
    "Pod default/hello-6d4cf56db6-2xk8p",
  ]);
});

const CONFIG = (namespace: string, name: string, data = "config.yaml: 'webhook: {}'") =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { ${data} }\n`;
const SHOP = example("shop.yaml").text;

Deno.test("readManifests() takes the operator's configuration from the ConfigMap spotalis-config, wherever it is", () => {
  const text = `${SHOP}${CONFIG("a", "spotalis-config")}${CONFIG("a", "other", "config.yaml: 'operator: {}'")}`;
  const { operatorConfig, notes, problems } = readManifests([{ path: "m.yaml", text }]);
  assert.equal(operatorConfig?.text, "webhook: {}");
  assert.ok(notes.some(({ object }) => object === "ConfigMap a/other"));
  assert.deepEqual(problems, []);
});

Deno.test("readManifests() has no configuration where the ConfigMap has no config.yaml", () => {
  const text = SHOP + CONFIG("a", "spotalis-config", "other.yaml: x");
  const { operatorConfig, notes, problems } = readManifests([{ path: "m.yaml", text }]);
  assert.deepEqual([operatorConfig, problems], [undefined, []]);
  assert.ok(notes.some(({ object }) => object === "ConfigMap a/spotalis-config"));
});

Deno.test("readManifests() refuses two configurations", () => {
  const two = `${SHOP}${CONFIG("a", "spotalis-config")}${CONFIG("b", "spotalis-config")}`;
  assert.deepEqual(readManifests([{ path: "m.yaml", text: two }]).problems, [
    "m.yaml, document 11 (ConfigMap b/spotalis-config): is the operator's configuration, which may be there " +
    "once; another one is m.yaml, document 10 (ConfigMap a/spotalis-config)",
  ]);
});

const VALUES = MANIFESTS.flatMap((name) => parseAllDocuments(example(name).text).map((each) => each.toJS()));

forAll(
  "readManifests() never throws: objects and notes, or problems of one line each",
  { runs: 200 },
  (random) => {
    const text = random.some(VALUES, 0.3).map((value) => {
      const changed = random.chance(0.7) ? mutated(value, random) : value;
      return random.chance(0.5)
        ? JSON.stringify(changed)
        : stringify(changed, { aliasDuplicateObjects: false });
    }).join("\n---\n");
    const { problems, notes } = readManifests([{ path: "m.yaml", text }]);
    for (const problem of problems) {
      assert.match(problem, /^m\.yaml[:,] [^\n]+$/);
      assert.doesNotMatch(problem, /Invalid|expected/, "a message of the library's own");
    }
    for (const { document, object, why } of notes) {
      assert.ok(document >= 1 && object.length > 0);
      assert.match(why, /^[A-Z][^\n]*\.$/);
    }
  },
);

forAll(
  "readManifests() never throws on a text that is cut or sprinkled with signs",
  { runs: 100 },
  (random) => {
    let text = SHOP;
    for (let changes = random.integer(1, 5); changes > 0; changes--) {
      const at = random.integer(0, text.length);
      const sign = random.pick([
        "\t",
        ":",
        "- ",
        '"',
        "'",
        "#",
        "\n---\n",
        "|",
        "&a ",
        "*a",
        "!!str ",
        "%",
        "{{",
        "\0",
      ]);
      text = random.chance(0.2) ? text.slice(0, at) : text.slice(0, at) + sign + text.slice(at);
    }
    for (const problem of readManifests([{ path: "m.yaml", text }]).problems) {
      assert.match(problem, /^m\.yaml[:,] [^\n]+$/);
    }
  },
);
