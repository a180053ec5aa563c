import assert from "node:assert/strict";
import { COMMANDS, parseArguments } from "../../src/cli/arguments.ts";
import { helpOf } from "../../src/cli/help.ts";
import { runMain } from "./support.ts";

const NONE = {
  positionals: [],
  help: false,
  config: undefined,
  kubeconfig: undefined,
  context: undefined,
  namespace: undefined,
  output: "text",
  files: [],
  scenario: undefined,
  compare: [],
  runs: 1,
  seed: undefined,
  lengthMs: undefined,
  speed: 1,
  step: false,
  schema: false,
  serve: false,
  port: 0,
};

const GOOD: readonly [args: readonly string[], expected: object][] = [
  [[], { command: "run" }],
  [["run"], { command: "run" }],
  [["--kubeconfig", "k", "--context", "c", "--config", "f"], {
    command: "run",
    kubeconfig: "k",
    context: "c",
    config: "f",
  }],
  [["plan", "-n", "shop", "-o", "json"], { command: "plan", namespace: "shop", output: "json" }],
  [["-o", "json", "plan", "--namespace=shop"], { command: "plan", namespace: "shop", output: "json" }],
  [["explain", "deploy/web"], { command: "explain", positionals: ["deploy/web"] }],
  [["explain"], { command: "explain" }],
  [["config", "-o", "text"], { command: "config" }],
  [["version"], { command: "version" }],
  [["simulate", "-f", "a", "b", "--file=c"], { command: "simulate", files: ["a", "c", "b"] }],
  [["simulate", "a", "-"], { command: "simulate", files: ["a", "-"] }],
  [["simulate", "-f", "a", "--scenario", "s", "--config", "c", "-o", "html"], {
    command: "simulate",
    files: ["a"],
    scenario: "s",
    config: "c",
    output: "html",
  }],
  [
    [
      "simulate",
      "--compare",
      "off",
      "--compare=percentage=1,2",
      "--runs=9",
      "--seed",
      "0",
      "--length",
      "1h30m",
    ],
    {
      command: "simulate",
      compare: ["off", "percentage=1,2"],
      runs: 9,
      seed: 0,
      lengthMs: 5_400_000,
    },
  ],
  [["simulate", "--serve", "--port", "8443", "--speed", "0.5"], {
    command: "simulate",
    serve: true,
    port: 8_443,
    speed: 0.5,
  }],
  [["simulate", "--schema"], { command: "simulate", schema: true }],
  [["demo", "--scenario", "burst", "--speed", "8", "--step"], {
    command: "demo",
    scenario: "burst",
    speed: 8,
    step: true,
  }],
  [["-h"], { command: "run", help: true }],
  [["plan", "too", "many", "--help"], { command: "plan", positionals: ["too", "many"], help: true }],
];

for (const [args, expected] of GOOD) {
  Deno.test(`parseArguments() reads "${args.join(" ")}"`, () => {
    assert.deepEqual(parseArguments(args), { ...NONE, ...expected });
  });
}

const BAD: readonly [args: readonly string[], why: RegExp][] = [
  [
    ["paln"],
    /there is no command "paln": the commands are run, plan, explain, simulate, demo, config, version/,
  ],
  [["__proto__"], /there is no command "__proto__"/],
  [["--nope"], /Unknown option '--nope'/],
  [["plan", "-x"], /Unknown option '-x'/],
  [["plan", "--namespace"], /argument missing|missing/],
  [["plan", "--help=yes"], /does not take an argument/],
  [["run", "-o", "json"], /"run" does not take --output/],
  [["run", "-n", "a"], /"run" does not take --namespace/],
  [["config", "--kubeconfig", "k"], /"config" does not take --kubeconfig/],
  [["version", "--config", "f"], /"version" does not take --config/],
  [["plan", "web"], /"plan" takes no argument: "web" is too many/],
  [["explain", "deploy/a", "deploy/b"], /"explain" takes one argument: "deploy\/b" is too many/],
  [["plan", "-o", "yaml"], /--output has to be text or json, not "yaml"/],
  [["plan", "-o", "html"], /--output has to be text or json, not "html"/],
  [["demo", "burst"], /"demo" takes no argument: "burst" is too many/],
  [["demo", "--seed", "1"], /"demo" does not take --seed/],
  [["run", "--serve"], /"run" does not take --serve/],
  [["simulate", "-n", "shop"], /"simulate" does not take --namespace/],
  [["simulate", "-o", "pdf"], /--output has to be text, json or html, not "pdf"/],
  ...["0", "1001", "1.5", "three", "", "1e2"].map((text): [string[], RegExp] => [
    ["simulate", "--runs", text],
    new RegExp(`--runs has to be an integer from 1 to 1000, not "${text}"`),
  ]),
  [["simulate", "--seed=-1"], /--seed has to be an integer from 0 to 4294967295, not "-1"/],
  [["simulate", "--seed", "4294967296"], /--seed has to be an integer from 0 to 4294967295/],
  ...["1", "1d", "59s", "0", "2161h"].map((text): [string[], RegExp] => [
    ["simulate", "--length", text],
    new RegExp(`--length has to be a Go duration from 1m to 2160h, such as 24h, not "${text}"`),
  ]),
  ...["0", "fast", "100001", "1e3", "0.0001"].map((text): [string[], RegExp] => [
    ["simulate", "--serve", "--speed", text],
    new RegExp(`--speed has to be a number above 0, up to 100000, not "${text}"`),
  ]),
  [["simulate", "--serve", "--port", "65536"], /--port has to be an integer from 0 to 65535, not "65536"/],
  [["simulate", "-f", "a", "--serve", "-o", "json"], /--serve does not go with --output/],
  [["simulate", "-f", "a", "--serve", "--runs", "2"], /--serve does not go with --runs/],
  [["simulate", "-f", "a", "--compare", "off", "--serve"], /--serve does not go with --compare/],
  [["simulate", "-f", "a", "--length", "1h", "--serve"], /--serve does not go with --length/],
  [["simulate", "--schema", "-f", "a"], /--schema does not go with --file/],
  [["simulate", "-f", "a", "--port", "1"], /--port goes with --serve only/],
  [["simulate", "-f", "a", "--speed", "2"], /--speed goes with --serve only/],
  [["simulate"], /simulate needs manifests: -f FILE, or -f - for stdin/],
  [
    ["simulate", "-f", "-", "-"],
    /standard input \(-\) can be read once, by one of -f, --scenario and --config/,
  ],
  [["simulate", "-f", "-", "--scenario", "-"], /standard input \(-\) can be read once/],
];

for (const [args, why] of BAD) {
  Deno.test(`main() answers "${args.join(" ")}" with exit code 2, and says what is wrong`, async () => {
    const { code, out, error } = await runMain(args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(error, /^spotalis: /);
    assert.match(error, why);
    assert.match(error, /\nSee "spotalis --help"\.\n$/);
  });
}

for (const command of COMMANDS) {
  Deno.test(`main() shows the help of ${command}, and does nothing else`, async () => {
    const { code, out, error } = await runMain([
      command,
      "--help",
      ...["version", "demo"].includes(command) ? [] : ["--config", "f"],
    ]);
    assert.deepEqual([code, error, out], [0, "", helpOf(command)]);
    assert.match(out, new RegExp(`^Usage: spotalis \\[?${command}`));
  });
}

/** Every option with a value that is allowed; empty: it takes none. */
const VALUES = {
  config: "x",
  kubeconfig: "x",
  context: "x",
  namespace: "x",
  output: "json",
  file: "x",
  scenario: "x",
  compare: "off",
  runs: "2",
  seed: "3",
  length: "4h",
  speed: "5",
  port: "6",
  step: "",
  schema: "",
  serve: "",
};

Deno.test("helpOf() names each option that a command takes, and no other", () => {
  for (const command of COMMANDS) {
    for (const [option, value] of Object.entries(VALUES)) {
      const args = [command, `--${option}`, ...value === "" ? [] : [value], "-h"];
      let isTaken = true;
      try {
        parseArguments(args);
      } catch {
        isTaken = false;
      }
      assert.equal(new RegExp(`--${option}\\b`).test(helpOf(command)), isTaken, args.join(" "));
    }
  }
});

Deno.test("helpOf() of run names every command", () => {
  for (const command of COMMANDS) assert.match(helpOf("run"), new RegExp(`^  ${command}`, "m"));
});
