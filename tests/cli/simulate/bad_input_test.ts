import assert from "node:assert/strict";
import { parseAllDocuments, stringify } from "yaml";
import { scenarioJsonSchema } from "../../../src/config/scenario.ts";
import { mutated } from "../../operator/mutations.ts";
import { Random } from "../../support/random.ts";
import { type OutsideOptions, runMain } from "../support.ts";
import { documents, workload } from "./simulations.ts";

const WEB = workload("web", { policy: { "spot-percentage": "50" } });
const SHORT = ["--length", "1m"];

const configMap = (text: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "spotalis-config", namespace: "a" },
    data: { "config.yaml": text },
  });

interface Case {
  readonly args?: readonly string[];
  /** Of `m.yaml`; `s.yaml` is the scenario, `c.yaml` the configuration, where they are there. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** All that is told, line by line. */
  readonly told: readonly string[];
}

function argsOf({ args = [], files = {} }: Case): string[] {
  return [
    "simulate",
    ...args,
    ...Object.keys(files).flatMap((path) =>
      path === "s.yaml"
        ? ["--scenario", path]
        : path === "c.yaml"
        ? ["--config", path]
        : path === "m.yaml"
        ? ["-f", path]
        : []
    ),
  ];
}

const COMPARE =
  "allowed are percentage=N[,N…], floor=N[,N…], config=FILE or off (without the operator); N up to 100 in a percentage";
const compare = (text: string, told = `--compare is "${text}", ${COMPARE}`): Case => ({
  args: ["--compare", text],
  files: { "m.yaml": WEB },
  told: [told, 'See "spotalis --help".'],
});

const CASES: Readonly<Record<string, Case>> = {
  "broken YAML": {
    files: { "m.yaml": `${WEB}\n---\na: [1\n` },
    told: [
      "m.yaml, document 2, line 4: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  },
  "an empty file": { files: { "m.yaml": "" }, told: ["m.yaml: holds no object"] },
  "an empty standard input": { args: ["-f", "-"], told: ["standard input: holds no object"] },
  "broken YAML in standard input": {
    args: ["-f", "-"],
    stdin: "\ta: 1",
    told: ["standard input, document 1, line 1: Tabs are not allowed as indentation"],
  },
  "a file that cannot be read, and another": {
    args: ["-f", "no.yaml", "nor.yaml"],
    told: [
      "no.yaml: cannot be read: no such file: no.yaml",
      "nor.yaml: cannot be read: no such file: nor.yaml",
    ],
  },
  "nothing that makes pods": {
    files: { "m.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: a }" },
    told: ["m.yaml: no Deployment or StatefulSet to simulate; what is there: Service"],
  },
  "an annotation that is no text": {
    files: { "m.yaml": WEB.replace('"50"', "50") },
    told: [
      'm.yaml, document 1 (Deployment shop/web): metadata.annotations["spotalis.io/spot-percentage"] is 50, has to be a ' +
      'text; true and numbers need quotes ("true")',
    ],
  },
  "a selector that matches nothing of its own": {
    files: { "m.yaml": WEB.replace('"matchLabels":{"app":"web"}', '"matchLabels":{"app":"wep"}') },
    told: [
      'm.yaml, document 1 (Deployment shop/web): spec.template.metadata.labels is {"app":"web"}, has to match spec.selector',
    ],
  },
  "objects that the API server refuses": {
    args: SHORT,
    files: {
      "m.yaml": documents(...[WEB, workload("api")].map((each) => each.replace('"name":"main"', '"name":"M"'))),
    },
    told: [
      "m.yaml, document 1 (Deployment shop/web): the API server refuses it: …",
      "m.yaml, document 2 (Deployment shop/api): the API server refuses it: …",
    ],
  },
  "a scenario with wrong fields": {
    files: {
      "m.yaml": WEB,
      "s.yaml": "lenght: 3h\nevents: [{ do: explode, at: 1h }, { do: reclaim, at: 99h, group: spot }]",
    },
    told: [
      's.yaml: events[0].do is "explode", has to be one of: deploy, reclaim, outage, scale, annotate',
      "s.yaml: lenght is no key; allowed are seed, length, start, currency, nodeGroups, autoscaler, pods, curves, events",
      's.yaml: events[1].at is "99h", has to be less than length (24h)',
    ],
  },
  "a scenario that names a workload which is not there": {
    files: {
      "m.yaml": WEB,
      "s.yaml": "events: [{ do: scale, at: 1h, workload: Deployment shop/wep, replicas: 2 }]",
    },
    told: [
      's.yaml: events[0].workload is "Deployment shop/wep", has to be one that the manifests have: Deployment shop/web',
    ],
  },
  "an empty scenario": {
    files: { "m.yaml": WEB, "s.yaml": "# nothing" },
    told: [
      "s.yaml: holds nothing; it has to hold a mapping with keys such as length, nodeGroups and events; {} means all defaults",
    ],
  },
  "a configuration that is invalid": {
    files: { "m.yaml": WEB, "c.yaml": "webhook: { port: x }\nnope: 1" },
    told: [
      'the operator\'s configuration (c.yaml): webhook.port is "x", has to be an integer from 0 to 65535',
      "the operator's configuration (c.yaml): nope is no key; allowed are operator, controllers, webhook, observability",
    ],
  },
  "a configuration that is no YAML": {
    files: { "m.yaml": WEB, "c.yaml": "a: [" },
    told: ["c.yaml: line 1: Flow sequence …"],
  },
  "a variable that is invalid": {
    files: { "m.yaml": WEB },
    env: { SPOTALIS_WEBHOOK_PORT: "x" },
    told: [
      'the operator\'s configuration: SPOTALIS_WEBHOOK_PORT (webhook.port) is "x", has to be an integer from 0 to 65535',
    ],
  },
  "a ConfigMap with an invalid configuration": {
    files: { "m.yaml": documents(WEB, configMap("webhook: { port: x }")) },
    told: [
      'the operator\'s configuration (m.yaml, document 2 (ConfigMap a/spotalis-config)): webhook.port is "x", has to be an ' +
      "integer from 0 to 65535",
    ],
  },
  "everything wrong at once": {
    files: { "m.yaml": "", "s.yaml": "seed: x", "c.yaml": "nope: 1" },
    told: [
      "m.yaml: holds no object",
      's.yaml: seed is "x", has to be an integer from 0 to 4294967295',
      "the operator's configuration (c.yaml): nope is no key; allowed are operator, controllers, webhook, observability",
    ],
  },
  "a percentage over 100": compare("percentage=50,101"),
  "no percentage": compare("percentage="),
  "a floor in words": compare("floor=two"),
  "a comparison that is none": compare("spot"),
  "off with a value": compare("off=1"),
  "a comparison with no file": compare("config="),
  "the same comparison twice": compare("percentage=50,50", '--compare names "percentage 50" twice'),
  "a comparison with a file that is not there": {
    args: ["--compare", "config=no.yaml"],
    files: { "m.yaml": WEB },
    told: ["no.yaml: cannot be read: no such file: no.yaml"],
  },
  "a comparison with a configuration that is invalid": {
    args: ["--compare", "config=d.yaml"],
    files: { "m.yaml": WEB, "d.yaml": "nope: 1" },
    told: [
      "the operator's configuration (d.yaml): nope is no key; allowed are operator, controllers, webhook, observability",
    ],
  },
};

for (const [name, bad] of Object.entries(CASES)) {
  Deno.test(`simulate answers ${name} with exit code 2, and says where and what is allowed`, async () => {
    const options: OutsideOptions = { files: bad.files ?? {}, env: bad.env ?? {}, stdin: bad.stdin ?? "" };
    const { code, out, error } = await runMain(argsOf(bad), options);
    assert.deepEqual([code, out], [2, ""], error);
    const lines = error.trimEnd().split("\n").map((line) => line.replace(/^spotalis: /, ""));
    const short = lines.map((line, i) => {
      const told = bad.told[i] ?? "";
      return told.endsWith("…") && line.startsWith(told.slice(0, -1)) && line.length > told.length
        ? told
        : line;
    });
    assert.deepEqual(short, bad.told);
  });
}

Deno.test("simulate prints the JSON Schema of a scenario", async () => {
  const { code, out, error } = await runMain(["simulate", "--schema"]);
  assert.deepEqual([code, error], [0, ""]);
  assert.deepEqual(JSON.parse(out), scenarioJsonSchema());
});

Deno.test("simulate reads manifests from standard input, and names it in its report", async () => {
  const stdin = documents(WEB, "apiVersion: v1\nkind: Service\nmetadata: { name: a }");
  const { code, out, error } = await runMain(["simulate", "-f", "-", ...SHORT], { stdin });
  assert.deepEqual([code, error], [0, ""]);
  assert.match(out, /^1 workload of standard input over 1 minute\n/);
  assert.match(out, /\n {4}Service a \(document 2\)\n/);
});

Deno.test("simulate takes the operator's configuration from a ConfigMap, and --config before it", async () => {
  const files = {
    "m.yaml": documents(WEB, configMap("controllers: { watchNamespaces: [other] }")),
    "c.yaml": "controllers: { watchNamespaces: [shop] }",
  };
  const args = ["simulate", "-f", "m.yaml", ...SHORT];
  const own = await runMain(args, { files });
  assert.match(own.out, /Left alone, though it asks to be managed/);
  assert.match(
    own.out,
    /- The operator's configuration is that of m\.yaml, document 2 \(ConfigMap\n {2}a\/spotalis-config\)\.\n/,
  );
  const given = await runMain([...args, "--config", "c.yaml"], { files });
  assert.doesNotMatch(given.out, /Left alone/);
  assert.match(
    given.out,
    /- The operator's configuration is that of c\.yaml; m\.yaml, document 2 .* is passed over\.\n/s,
  );
});

Deno.test("simulate says what a shorter length leaves out", async () => {
  const files = {
    "m.yaml": WEB,
    "s.yaml": "events: [{ do: deploy, at: 1m }, { do: deploy, at: 3h }]\n" +
      "curves: [{ workload: Deployment shop/web, points: [{ at: 0s, replicas: 2 }, { at: 1h, replicas: 3 }] }]",
  };
  const { out } = await runMain(["simulate", "-f", "m.yaml", "--scenario", "s.yaml", ...SHORT], { files });
  assert.match(
    out,
    /- The run ends after 1 minute: 3 events and points of curves come later in the\n {2}scenario and are left out\.\n/,
  );
});

Deno.test("simulate ends with one line and exit code 1 where it is stopped", async () => {
  const { code, out, error } = await runMain(["simulate", "-f", "m.yaml"], {
    files: { "m.yaml": WEB },
    stop: AbortSignal.abort(),
  });
  assert.deepEqual([code, out, error.split("\n").length], [1, "", 2]);
  assert.equal(JSON.parse(error).message, "fatal: stopped before its end: there is no report");
});

Deno.test("simulate never fails by itself, whatever is in its files", async () => {
  const paths = ["shop.yaml", "scenarios/spot-outage.yaml"];
  const [manifests, scenarios] = await Promise.all(paths.map(async (path) => {
    const text = await Deno.readTextFile(new URL(`../../../examples/${path}`, import.meta.url));
    return parseAllDocuments(text).map((document) => document.toJS());
  }));
  const codes = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed);
    const strange = (value: unknown) => stringify(random.chance(0.1) ? mutated(value, random) : value);
    const files = { "m.yaml": manifests!.map(strange).join("\n---\n"), "s.yaml": strange(scenarios![0]) };
    const args = [
      "simulate",
      "-f",
      "m.yaml",
      "--scenario",
      "s.yaml",
      "--length",
      "5m",
      "-o",
      random.pick(["text", "html"]),
    ];
    const { code, out, error } = await runMain(args, { files });
    codes.add(code);
    assert.match(error, code === 2 ? /^(spotalis: [^\n]+\n)+$/ : /^$/, `seed ${seed}`);
    assert.doesNotMatch(out, /NaN|undefined|\[object/, `seed ${seed}`);
  }
  assert.deepEqual([...codes].sort(), [0, 2]);
});
