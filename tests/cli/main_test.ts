import assert from "node:assert/strict";
import { OPERATOR_COMMANDS } from "../../src/cli/commands.ts";
import { VERSION } from "../../src/cli/version.ts";
import { runMain } from "./support.ts";

/** A log line on stderr: exactly one, and JSON. */
function fatal(error: string) {
  assert.equal(error.split("\n").length, 2, error);
  return JSON.parse(error);
}

Deno.test("main() shows the version of the manifest", async () => {
  const manifest = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assert.deepEqual(await runMain(["version"]), { code: 0, out: `spotalis ${manifest.version}\n`, error: "" });
  assert.equal(VERSION, manifest.version);
});

for (const command of ["run", "plan", "explain deploy/web", "config"]) {
  Deno.test(`main() ends ${command} with exit code 2 and one line where the configuration is invalid`, async () => {
    const { code, out, error } = await runMain([...command.split(" "), "--config", "c.yaml"], {
      files: { "c.yaml": "nope: 1\nwebhook: { port: x }\n" },
      env: { SPOTALIS_LOGGING_LEVEL: "loud" },
    });
    assert.deepEqual([code, out], [2, ""]);
    const line = fatal(error);
    assert.equal(line.level, "error");
    assert.equal(line.message, "fatal: the configuration is invalid");
    assert.deepEqual(line.problems.map((problem: string) => problem.split(" ")[0]).sort(), [
      "SPOTALIS_LOGGING_LEVEL",
      "nope",
      "webhook.port",
    ]);
  });
}

Deno.test("main() takes a configuration file that cannot be read for an invalid configuration", async () => {
  const { code, error } = await runMain(["config", "--config", "missing.yaml"]);
  assert.equal(code, 2);
  assert.deepEqual(fatal(error).problems, ["missing.yaml: cannot be read: no such file: missing.yaml"]);
});

Deno.test("main() reads the file that --config names", async () => {
  const files = { "a.yaml": "webhook: { port: 1 }" };
  const { out } = await runMain(["config", "-o", "json", "--config", "a.yaml"], { files });
  assert.equal(JSON.parse(out).config.webhook.port, 1);
});

Deno.test("main() ends with exit code 1 and one line where there is no cluster", async () => {
  for (const command of [["run"], ["plan"], ["explain", "deploy/web"]]) {
    const { code, out, error } = await runMain(command);
    assert.deepEqual([code, out], [1, ""], command[0]);
    assert.match(fatal(error).message, /^fatal: /);
  }
});

for (const target of ["", "web", "deploy/", "/web", "deploy/a/b", "pod/web"]) {
  Deno.test(`main() answers explain of ${JSON.stringify(target)} with exit code 2`, async () => {
    const { code, error } = await runMain(["explain", ...target === "" ? [] : [target]]);
    assert.equal(code, 2);
    assert.match(error, /^spotalis: explain takes KIND\/NAME/);
  });
}

Deno.test("main() shows the effective configuration as YAML, with where each value came from", async () => {
  const { code, out, error } = await runMain(["config", "--config", "c.yaml"], {
    files: {
      "c.yaml":
        "webhook: { port: 443 }\noperator: { disruptionWindow: { schedule: '0 2 * * *', duration: 90m } }",
    },
    env: { SPOTALIS_LOGGING_LEVEL: "warn" },
    isTerminal: true,
  });
  assert.deepEqual([code, error], [0, ""]);
  assert.match(out, /^operator:\n {2}namespace: spotalis-system\n/);
  assert.match(out, /\n {4}duration: 1h30m\n/);
  assert.match(out, /\n# webhook\.port +file\n/);
  assert.match(out, /\n# observability\.logging\.level +SPOTALIS_LOGGING_LEVEL\n/);
  assert.match(out, /\n# webhook\.certDir +default\n/);
  assert.equal(out.includes("\x1b"), false);
});

Deno.test("main() writes a configuration that it reads as the same", async () => {
  const env = { SPOTALIS_WEBHOOK_PORT: "443", SPOTALIS_CONTROLLERS_RECONCILE_INTERVAL: "90s" };
  const first = await runMain(["config"], { env });
  const again = await runMain(["config", "--config", "c.yaml"], { files: { "c.yaml": first.out } });
  assert.equal(again.code, 0, again.error);
  assert.equal(again.out.split("# VALUE")[0], first.out.split("# VALUE")[0]);
});

Deno.test("main() shows configuration and sources as JSON", async () => {
  const { out } = await runMain(["config", "-o", "json"], { env: { SPOTALIS_WEBHOOK_PORT: "443" } });
  const { config, sources } = JSON.parse(out);
  assert.equal(config.webhook.port, 443);
  assert.equal(config.controllers.reconcileInterval, "5m");
  assert.deepEqual(sources, { "webhook.port": "SPOTALIS_WEBHOOK_PORT" });
  assert.ok(out.endsWith("}\n"));
});

for (const args of [["demo"], ["demo", "--step"], ["simulate", "-f", "x"], ["simulate", "--help"]]) {
  Deno.test(`main() answers "${args.join(" ")}" with exit code 2 and one line in a build that lacks it`, async () => {
    assert.deepEqual(await runMain(args, { commands: OPERATOR_COMMANDS }), {
      code: 2,
      out: "",
      error: `spotalis: this build has no "${args[0]}", only run, plan, explain, config, version\n`,
    });
  });
}

Deno.test("main() names in help and complaints the commands that the build has, and no other", async () => {
  const commands = OPERATOR_COMMANDS;
  const help = await runMain(["--help"], { commands });
  const wrong = await runMain(["paln"], { commands });
  for (const command of Object.keys(commands)) assert.match(help.out, new RegExp(`^  ${command} `, "m"));
  assert.doesNotMatch(help.out + wrong.error, /demo|simulate/);
  assert.match(wrong.error, /the commands are run, plan, explain, config, version\n/);
  assert.equal((await runMain(["version"], { commands })).code, 0);
});
