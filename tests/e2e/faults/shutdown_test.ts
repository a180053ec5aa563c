import assert from "node:assert/strict";
import { playScene } from "../../scenarios/support/scene.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { runCommand } from "../support/command.ts";
import { commandLine, Operator } from "../support/operator.ts";
import { realStage, sharedCluster } from "../support/scene.ts";
import { mayUnshare } from "../support/unshare.ts";

const NAME = "shutdown";

/** A whole batch of evictions is decided on at once, and our own rate limit draws it out. */
const SLOWLY = {
  controllers: { disruption: { maxUnavailable: 20 }, rateLimit: { qps: 1, burst: 10 } },
};

Deno.test({
  name: "fault 25: SIGTERM in the middle of a batch of evictions: no new one, the Lease given back, exit 0",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    await using operator = await Operator.start(cluster, { name: NAME, config: SLOWLY });
    await playScene(await realStage(NAME, { cluster, operator }), async ({ apply, annotate, witness }) => {
      await apply(deployment({ name: "web", replicas: 24, percentage: 100 }));
      await witness.settled("web", 24);
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "0" });
      await operator.logged(({ message }) => message === "evicted");
      const stoppedMs = Date.now();
      operator.kill("SIGTERM");
      assert.equal(await operator.ended(), 0);
      assert.ok(Date.now() - stoppedMs < 15_000);
      const messages = operator.log.map(({ message }) => message);
      const after = messages.slice(messages.indexOf("shutting down"));
      assert.ok(after.filter((message) => message === "evicted").length <= 1, "but for the one under way");
      assert.ok(witness.evicted.size < 20, `${witness.evicted.size} of 20`);
      const { spec } = await cluster.get("-n", `lease-${NAME}`, "lease/spotalis-controller-leader");
      assert.equal(spec.holderIdentity ?? "", "");
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});

Deno.test("fault 26: SIGTERM before the configuration is read ends with exit 0, and nothing is begun", async () => {
  const cluster = sharedCluster();
  const dir = await Deno.makeTempDir({ prefix: "spotalis-early-" });
  // Nobody has written to it yet: whoever reads it waits.
  const pipe = `${dir}/config.yaml`;
  await runCommand("mkfifo", [pipe]);
  const [program, ...args] = commandLine();
  const child = new Deno.Command(program!, {
    args: [...args, "run", "--config", pipe, "--kubeconfig", await cluster.operatorKubeconfig()],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = await Deno.open(pipe, { write: true });
  child.kill("SIGTERM");
  const settings = {
    webhook: { enabled: false },
    observability: { metrics: { enabled: false }, health: { enabled: false } },
  };
  await writer.write(new TextEncoder().encode(JSON.stringify(settings)));
  writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  assert.ok(!text.includes("leadership acquired"), text);
  await Deno.remove(dir, { recursive: true });
});

Deno.test({
  name: "fault 26: as PID 1 it takes SIGTERM, and ends with exit 0",
  ignore: !await mayUnshare("-p", "-f"),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    const through = ["unshare", "-pf", "--mount-proc"];
    await using operator = await Operator.start(cluster, { name: "pid-1", registers: false, through });
    const children = await Deno.readTextFile(`/proc/${operator.pid}/task/${operator.pid}/children`);
    assert.match(await Deno.readTextFile(`/proc/${children.trim()}/status`), /^NSpid:\t\d+\t1$/m);
    Deno.kill(Number(children), "SIGTERM");
    await operator.logged(({ message }) => message === "stopped", 15_000);
    assert.equal(await operator.ended(), 0);
  },
});
