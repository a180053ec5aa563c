import assert from "node:assert/strict";
import type { KubeClient } from "../../src/kube/client.ts";
import { issueServingCertificate } from "./support/certificates.ts";
import { runCommand } from "./support/command.ts";
import { eventually } from "./support/eventually.ts";
import { MountedSecret } from "./support/mounted_secret.ts";
import type { Operator } from "./support/operator.ts";
import { ReviewClient, type ReviewTarget } from "./support/review_client.ts";
import { sharedCluster, stage } from "./support/scene.ts";

const NAME = "renewal";
const SWAPS = 20;
const SWAP_MS = 500;
const LOAD_MS = SWAPS * SWAP_MS + 1_000;
const RELOADS = "spotalis_certificate_reloads_total";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does `act` each `everyMs` for the time of the load, without waiting for the one before. */
async function load(everyMs: number, act: (i: number) => Promise<void>) {
  const failures: string[] = [];
  const running: Promise<void>[] = [];
  const startMs = performance.now();
  for (let i = 0; performance.now() - startMs < LOAD_MS; i++) {
    running.push(act(i).catch((error) => void failures.push(String(error))));
    await sleep(startMs + (i + 1) * everyMs - performance.now());
  }
  await Promise.all(running);
  return { count: running.length, failures };
}

async function createPod(client: KubeClient, namespace: string, name: string): Promise<void> {
  // No scheduler takes it: here it is all about admission.
  const spec = { schedulerName: "nobody", containers: [{ name: "main", image: "x" }] };
  await client.request("POST", `/api/v1/namespaces/${namespace}/pods`, {
    body: { apiVersion: "v1", kind: "Pod", metadata: { name }, spec },
    signal: new AbortController().signal,
  });
}

async function askOnNewConnection(target: ReviewTarget): Promise<void> {
  const client = await ReviewClient.connect(target);
  try {
    await client.ask();
  } finally {
    client.close();
  }
}

async function pairIn(dir: string): Promise<{ "tls.crt": string; "tls.key": string }> {
  return {
    "tls.crt": await Deno.readTextFile(`${dir}/tls.crt`),
    "tls.key": await Deno.readTextFile(`${dir}/tls.key`),
  };
}

/** The certificate that a new connection is shown. */
async function shown({ port }: ReviewTarget): Promise<string> {
  const { stdout } = await runCommand("openssl", ["s_client", "-connect", `127.0.0.1:${port}`], { input: "" });
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(stdout)![0];
}

/** Pods that the operator is not asked about would prove nothing: so all are, and none passes without. */
async function askAboutAll(): Promise<void> {
  const patch = [
    { op: "replace", path: "/webhooks/0/failurePolicy", value: "Fail" },
    { op: "remove", path: "/webhooks/0/matchConditions" },
  ];
  const target = ["mutatingwebhookconfiguration", `spotalis-${NAME}`];
  await sharedCluster().kubectl(["patch", ...target, "--type=json", "-p", JSON.stringify(patch)]);
}

const reviewed = (operator: Operator) => operator.metric("spotalis_webhook_requests_total");

stage({ name: NAME }, async (play, { operator }) => {
  const caDir = operator.configPath.replace("/config.yaml", "");
  const target = { port: Number(new URL(operator.webhookUrl).port), ca: await operator.caCert() };
  const secret = new MountedSecret(caDir);
  const pairs = Array.from({ length: SWAPS }, (_, i) => `${caDir}/pair-${i}`);
  for (const into of pairs) await issueServingCertificate(caDir, { into });
  const newest = await pairIn(pairs.at(-1)!);

  await play(
    "fault 29: twenty swaps in ten seconds fail no creation and no review",
    async ({ client, namespace }) => {
      await askAboutAll();
      // Until the API server has taken the change up, pods pass without a review.
      await eventually(async () => {
        await createPod(client, namespace, `probe-${crypto.randomUUID()}`);
        assert.ok(await reviewed(operator) > 0);
      });
      const before = await reviewed(operator);
      const old = await ReviewClient.connect(target);
      const swapping = (async () => {
        for (const pair of pairs) {
          await sleep(SWAP_MS);
          await secret.write(await pairIn(pair));
        }
      })();
      // An old connection takes one request after the other.
      let queue = Promise.resolve();
      const [pods, onOld, onNew] = await Promise.all([
        load(20, (i) => createPod(client, namespace, `pod-${i}`)),
        load(20, () => queue = queue.then(() => old.ask())),
        load(20, () => askOnNewConnection(target)),
        swapping,
      ]);
      old.close();
      assert.deepEqual([pods.failures, onOld.failures, onNew.failures], [[], [], []]);
      assert.ok(pods.count > 500 && onOld.count + onNew.count > 1_000);
      assert.equal(await reviewed(operator) - before, pods.count + onOld.count + onNew.count);
      await eventually(async () => assert.equal(await shown(target), newest["tls.crt"]), 10_000);
      const reloads = await operator.metric(RELOADS, { result: "success" });
      assert.ok(reloads >= 8, `${reloads} reloads`);
    },
  );

  const expired = `${caDir}/expired`;
  await issueServingCertificate(caDir, { into: expired, days: -1 });
  const broken: Record<string, { files: Record<string, string>; why: RegExp }> = {
    "a mismatched pair": {
      files: { ...newest, "tls.key": (await pairIn(pairs[0]!))["tls.key"] },
      why: /is not the key of/,
    },
    "garbage": { files: { "tls.crt": "garbage", "tls.key": "garbage" }, why: /holds no certificate/ },
    "a half-written key": {
      files: { ...newest, "tls.key": newest["tls.key"].slice(0, 100) },
      why: /holds no private key/,
    },
    "an expired pair": { files: await pairIn(expired), why: /has expired/ },
    "no key": { files: { "tls.crt": newest["tls.crt"] }, why: /os error \d+.*tls.key/ },
  };
  for (const [title, { files, why }] of Object.entries(broken)) {
    await play(
      `fault 30: the old pair serves on, and the log says why: ${title}`,
      async ({ client, namespace }) => {
        const failures = await operator.metric(RELOADS, { result: "failure" });
        await secret.write(files);
        await operator.logged((line) => why.test(String(line["why"])), 10_000);
        assert.equal(await shown(target), newest["tls.crt"]);
        await createPod(client, namespace, "pod");
        assert.equal((await operator.health("readyz")).status, 200);
        assert.equal(await operator.metric(RELOADS, { result: "failure" }), failures + 1);
      },
    );
  }

  await play("a silent connection and an old one hold up no drain", async () => {
    const silent = await Deno.connect({ hostname: "127.0.0.1", port: target.port });
    const old = await ReviewClient.connect(target);
    const other = await pairIn(pairs[0]!);
    await secret.write(other);
    await eventually(async () => assert.equal(await shown(target), other["tls.crt"]), 10_000);
    const startMs = performance.now();
    assert.equal(await operator.stop(), 0);
    // 5 s of admission after readyz says no, and at most 3 s for what is under way.
    assert.ok(performance.now() - startMs < 12_000);
    silent.close();
    old.close();
  });
});
