import assert from "node:assert/strict";

const ROOT = new URL("..", import.meta.url);

/** What every file of a part may import: parts, packages, built-in modules. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  domain: ["domain"],
  runtime: ["runtime"],
  kube: ["kube", "runtime"],
  config: ["config", "domain", "zod", "yaml"],
  operator: ["operator", "domain", "kube", "runtime"],
  sim: ["sim", "runtime"],
  app: ["app", "config", "domain", "kube", "operator", "runtime"],
  cli: ["cli"],
  "cli/embedded": ["cli", "cli/embedded", "app", "config", "runtime", "sim"],
  "cli/simulate": ["cli", "cli/embedded", "cli/simulate", "config", "domain", "runtime", "sim"],
  "cli/demo": ["cli", "cli/embedded", "cli/demo", "config", "domain", "runtime", "sim"],
  main: ["cli"],
};

/** What of a part that it may not import otherwise a part may import all the same. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  sim: ["src/domain/label_selector.ts", "src/kube/objects.ts", "src/kube/store.ts", "src/kube/transport.ts"],
};

/** What one file may import beside that. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "src/domain/window.ts": ["croner"],
  "src/kube/kubeconfig.ts": ["yaml"],
  "src/operator/cluster_metrics.ts": ["prom-client"],
  "src/operator/connection_metrics.ts": ["prom-client"],
  "src/operator/metric_families.ts": ["prom-client"],
  "src/operator/metrics.ts": ["prom-client"],
  "src/operator/process_metrics.ts": ["prom-client"],
  "src/operator/workload_series.ts": ["prom-client"],
  "src/operator/certificate.ts": ["node:crypto"],
  "src/operator/forwarding/forwarding_metrics.ts": ["prom-client"],
  "src/operator/forwarding/peer_keys.ts": ["node:crypto"],
  "src/runtime/virtual_clock.ts": ["node:timers"],
  "src/sim/api/match_conditions.ts": ["@marcbachmann/cel-js"],
  "src/cli/all_commands.ts": ["cli/demo", "cli/simulate"],
  "src/cli/config.ts": ["config", "yaml"],
  "src/cli/context.ts": ["app", "config", "kube", "runtime"],
  "src/cli/explain.ts": ["app", "domain", "runtime"],
  "src/cli/arguments.ts": ["domain", "node:util"],
  "src/cli/simulate/manifest_shapes.ts": ["zod"],
  "src/cli/main.ts": ["runtime"],
  "src/cli/observe.ts": ["app", "runtime"],
  "src/cli/plan.ts": ["app", "domain", "runtime"],
  "src/cli/program.ts": ["node:process"],
  "src/cli/run.ts": ["app", "runtime"],
  "src/cli/version.ts": ["deno.json"],
};

interface TextRule {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Paths that the rule is about. */
  readonly where: RegExp;
  /** Paths among them that it leaves out. */
  readonly except?: RegExp;
}

const TEXT_RULES: readonly TextRule[] = [
  {
    rule: "timers, clocks and randomness are in runtime only",
    pattern: /\b(?:setTimeout|setInterval|Date\.now|performance\.now|Math\.random)\b/,
    where: /^src\//,
    except: /^src\/runtime\//,
  },
  {
    rule: "domain and config do not know Deno, operator and sim only at its files and sockets",
    pattern: /\bDeno\./,
    where: /^src\/(?:domain|config|operator|sim)\//,
    except:
      /^src\/(?:operator\/(?:server|tls_server|directory_watch|forwarding\/peer_connection)|sim\/serving\/https_server)\.ts$/,
  },
  { rule: "domain waits for nothing", pattern: /\b(?:async|await|Promise)\b/, where: /^src\/domain\// },
  {
    rule: "kube, runtime and sim could be published alone: they do not name this project",
    pattern: /spotalis/i,
    where: /^src\/(?:kube|runtime|sim)\//,
  },
  {
    // The baked permissions of a compiled binary do not cover it (docs/decisions/0004-two-deno-versions.md).
    rule: "no module is imported while the program runs",
    pattern: /\bimport\(/,
    where: /^(?:src\/|main)/,
  },
];

const MOST_LINES = 300;

/** What the image is made of. */
const OPERATOR = "main_operator.ts";

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** One import: from a file to a part, a package or a module. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

async function moduleGraph(entry = "main.ts"): Promise<ModuleGraph> {
  // By name, not by Deno.execPath(): that is what "deno task test" allows, and what npx has on the PATH.
  const command = new Deno.Command("deno", { args: ["info", "--json", entry], cwd: ROOT });
  const { success, stdout, stderr } = await command.output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, errors);
  return JSON.parse(text!);
}

/** Of a local module its path from the root; of any other its own name without a version. */
function pathOf(specifier: string): string {
  if (specifier.startsWith(ROOT.href)) return specifier.slice(ROOT.href.length);
  return specifier.replace(/^npm:\/?(@?[^@]+).*$/, "$1");
}

/** `src/kube/client.ts` -> `kube`, `src/app.ts` -> `app`; a package is its own part. */
function partOf(path: string): string {
  if (path === "main.ts" || path === OPERATOR) return "main";
  if (["src/app.ts", "src/observer.ts", "src/runner.ts"].includes(path)) return "app";
  return /^src\/(cli\/[^/]+|[^/]+)\//.exec(path)?.[1] ?? path;
}

function arrowsOf({ modules }: ModuleGraph): Arrow[] {
  return modules.filter(({ specifier }) => specifier.startsWith(ROOT.href)).flatMap((module) =>
    (module.dependencies ?? []).map(({ specifier, code, type }): Arrow => {
      const path = pathOf(code?.specifier ?? type?.specifier ?? specifier);
      return { from: pathOf(module.specifier), to: partOf(path), path };
    })
  );
}

async function sources(folder = "src"): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await sources(path));
    else if (path.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

Deno.test("every import is one that the table of the house allows", async () => {
  const forbidden = arrowsOf(await moduleGraph()).filter(({ from, to, path }) =>
    ![...PARTS[partOf(from)] ?? [], ...FILES[from] ?? []].includes(to) &&
    !FOREIGN[partOf(from)]?.includes(path)
  );
  assert.deepEqual(forbidden.map(({ from, path }) => `${from} imports ${path}`), []);
});

Deno.test("the table allows no file more than it imports", async () => {
  const arrows = arrowsOf(await moduleGraph());
  const unused = Object.entries(FILES).flatMap(([from, allowed]) =>
    allowed.filter((to) => !arrows.some((arrow) => arrow.from === from && arrow.to === to))
      .map((to) => `${from} does not import ${to}`)
  );
  assert.deepEqual(unused, []);
});

Deno.test("main.ts reaches every file under src", async () => {
  const reached = new Set((await moduleGraph()).modules.map(({ specifier }) => pathOf(specifier)));
  assert.deepEqual((await sources()).filter((path) => !reached.has(path)), []);
});

Deno.test("what a pod runs holds no code of the embedded cluster", async () => {
  const parts = (await moduleGraph(OPERATOR)).modules.map(({ specifier }) => partOf(pathOf(specifier)));
  const foreign = ["sim", "cli/embedded", "cli/simulate", "cli/demo", "@marcbachmann/cel-js"];
  assert.deepEqual(foreign.filter((part) => parts.includes(part)), []);
  assert.ok(parts.includes("operator"));
});

Deno.test("no text under src breaks a rule of the house", async () => {
  const broken: string[] = [];
  for (const path of ["main.ts", OPERATOR, ...await sources()]) {
    const lines = (await Deno.readTextFile(new URL(path, ROOT))).split("\n");
    for (const { rule, pattern, where, except } of TEXT_RULES) {
      if (!where.test(path) || except?.test(path)) continue;
      lines.forEach((line, i) => {
        if (pattern.test(line)) broken.push(`${path}:${i + 1}: ${rule}: ${line.trim()}`);
      });
    }
    const count = lines.length - 1;
    if (count > MOST_LINES) broken.push(`${path}: ${count} lines, at most ${MOST_LINES} are allowed`);
  }
  assert.deepEqual(broken, []);
});
