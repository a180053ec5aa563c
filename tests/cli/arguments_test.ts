import assert from "node:assert/strict";
import { COMMANDS, parseArguments, UsageError } from "../../src/cli/arguments.ts";
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
  [["-h"], { command: "run", help: true }],
  [["plan", "too", "many", "--help"], { command: "plan", positionals: ["too", "many"], help: true }],
];

for (const [args, expected] of GOOD) {
  Deno.test(`parseArguments() reads "${args.join(" ")}"`, () => {
    assert.deepEqual(parseArguments(args), { ...NONE, ...expected });
  });
}

const BAD: readonly [args: readonly string[], why: RegExp][] = [
  [["paln"], /there is no command "paln": the commands are run, plan, explain, config, version/],
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
];

for (const [args, why] of BAD) {
  Deno.test(`main() answers "${args.join(" ")}" with exit code 2, and says what is wrong`, async () => {
    assert.throws(() => parseArguments(args), UsageError);
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
      ...command === "version" ? [] : ["--config", "f"],
    ]);
    assert.deepEqual([code, error, out], [0, "", helpOf(command)]);
    assert.match(out, new RegExp(`^Usage: spotalis \\[?${command}`));
  });
}

Deno.test("helpOf() names each option that a command takes, and no other", () => {
  for (const command of COMMANDS) {
    for (const option of ["config", "kubeconfig", "context", "namespace", "output"]) {
      const args = [command, `--${option}`, option === "output" ? "json" : "x"];
      let isTaken = true;
      try {
        parseArguments(args);
      } catch {
        isTaken = false;
      }
      assert.equal(helpOf(command).includes(`--${option} `), isTaken, args.join(" "));
    }
  }
});

Deno.test("helpOf() of run names every command", () => {
  for (const command of COMMANDS) assert.match(helpOf("run"), new RegExp(`^  ${command}`, "m"));
});
