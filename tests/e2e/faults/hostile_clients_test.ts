import assert from "node:assert/strict";
import { deployment } from "../../scenarios/support/workloads.ts";
import { runCommand } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { Http2Client } from "../support/http2_client.ts";
import type { Operator } from "../support/operator.ts";
import { ReviewClient, type ReviewTarget } from "../support/review_client.ts";
import { stage } from "../support/scene.ts";
import { SILENCES, SlowClient, slowClients } from "../support/slow_client.ts";

const MIB = 1024 * 1024;
/** As in src/operator/tls_server.ts. */
const MOST_CONNECTIONS = 256;
/** As in deploy/deployment.yaml. */
const POD_LIMIT = 256 * MIB;
const MOST_BODY = 7 * MIB;
/** On a machine that is busy with other tests; the webhook has 2 s. */
const MOST_P99_MS = 500;
const CUT = "spotalis_webhook_connections_cut_total";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const resident = (operator: Operator) => operator.metric("process_resident_memory_bytes");

/** How long answers take, on a kept connection and on new ones by turns: p99, in ms. None may fail. */
async function p99(target: ReviewTarget, requests: number): Promise<number> {
  const took: number[] = [];
  const kept = await ReviewClient.connect(target);
  for (let i = 0; i < requests; i++) {
    const startMs = performance.now();
    const client = i % 2 === 0 ? kept : await ReviewClient.connect(target);
    await client.ask();
    if (client !== kept) client.close();
    took.push(performance.now() - startMs);
    await sleep(5);
  }
  kept.close();
  return took.toSorted((a, b) => a - b)[Math.floor(requests * 0.99)]!;
}

/** The bytes of a request that never ends, until the webhook has had enough. */
async function endlessBody({ port, ca }: ReviewTarget): Promise<number> {
  const connection = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [ca] });
  const head =
    "POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked";
  const chunk = new TextEncoder().encode(`10000\r\n${" ".repeat(65_536)}\r\n`);
  let sent = 0;
  try {
    await connection.write(new TextEncoder().encode(`${head}\r\n\r\n`));
    for (; sent < 8 * MOST_BODY; sent += chunk.length) {
      for (let bytes = chunk; bytes.length > 0;) bytes = bytes.subarray(await connection.write(bytes));
    }
  } catch {
    // Cut, as it should be.
  }
  connection.close();
  return sent;
}

stage({ name: "hostile-clients" }, async (play, { operator }) => {
  const target = { port: Number(new URL(operator.webhookUrl).port), ca: await operator.caCert() };
  const caPath = operator.configPath.replace("config.yaml", "ca.crt");

  await play("fault 32: a handshake with no name, or another, gets the one certificate", async () => {
    for (const names of [["-noservername"], ["-servername", "unknown.example"], ["-servername", "127.0.0.1"]]) {
      const { stdout } = await runCommand("openssl", [
        ...["s_client", "-connect", `127.0.0.1:${target.port}`, "-CAfile", caPath, "-verify_return_error"],
        ...names,
      ], { input: "" });
      assert.match(stdout, /Verification: OK/, names.join(" "));
    }
  });

  const before = await resident(operator);
  const quietMs = await p99(target, 200);
  const measured = Promise.withResolvers<void>();
  const flood = play(
    "fault 37: 1,000 connections that fall silent hold nobody up, and are ended",
    async ({ apply, witness }) => {
      const slow = await slowClients(target, 1_000);
      const probing = await Promise.all(
        Array.from(
          { length: 1_000 },
          () => SlowClient.connect({ ...target, port: operator.healthPort }, "no handshake"),
        ),
      );
      slow.push(...probing);
      try {
        assert.ok(slow.length > MOST_CONNECTIONS);
        const busyMs = await p99(target, 200);
        assert.ok(
          busyMs < Math.max(MOST_P99_MS, 3 * quietMs),
          `p99 ${quietMs} ms before, ${busyMs} ms beside them`,
        );
        assert.ok(await operator.metric("spotalis_webhook_connections") <= MOST_CONNECTIONS);
        assert.ok(await operator.metric(CUT, { reason: "too_many" }) > 0);
        await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
        await witness.settled("web", 10);
        assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
        for (const check of ["healthz", "readyz"] as const) {
          assert.equal((await operator.health(check)).status, 200);
        }
        slow.push(...await slowClients(target, MOST_CONNECTIONS));
        const grown = await resident(operator) - before;
        assert.ok(grown < 90 * MIB, `${(grown / MIB).toFixed(1)} MiB more`);
      } finally {
        measured.resolve();
      }
      await eventually(async () => {
        assert.equal(slow.filter(({ isEnded }) => !isEnded).length, 0);
        assert.ok(await operator.metric("spotalis_webhook_connections") < 10);
      }, 40_000);
      assert.ok(await operator.metric(CUT, { reason: "no_request" }) > 0);
      const end = await resident(operator);
      assert.ok(end < POD_LIMIT, `${(end / MIB).toFixed(1)} MiB, with all that came meanwhile`);
    },
  );
  await measured.promise;

  await play("fault 35: a body that is too large, or has no end, is cut while it streams", async () => {
    const client = Deno.createHttpClient({ caCerts: [target.ca], http2: false });
    const headers = { "content-type": "application/json" };
    const body = new Uint8Array(MOST_BODY + 1).fill(32);
    for (let round = 0; round < 5; round++) {
      const response = await fetch(operator.webhookUrl, { method: "POST", headers, body, client });
      assert.equal(response.status, 413);
      await response.body?.cancel();
      const sent = await endlessBody(target);
      assert.ok(sent < 2 * MOST_BODY, `cut after ${sent} bytes`);
    }
    client.close();
  });

  await play("fault 38: HTTP/2 streams by the thousand, and taken back at once, are refused", async () => {
    for (let round = 0; round < 3; round++) {
      const many = await Http2Client.connect(target);
      await many.ask(1_000, { isReset: false });
      await eventually(() => {
        const { answers, resets, hasGoneAway } = many.counts;
        assert.ok(hasGoneAway || answers + resets === 1_000, JSON.stringify(many.counts));
        return Promise.resolve();
      });
      await many.close();
      const rapid = await Http2Client.connect(target);
      await rapid.ask(20_000, { isReset: true });
      await eventually(() => Promise.resolve(assert.ok(rapid.counts.hasGoneAway || rapid.counts.hasEnded)));
      await rapid.close();
    }
    const client = await ReviewClient.connect(target);
    await client.ask();
    client.close();
  });
  await flood;

  await play("fault 39: connections that fell silent do not hold up the end", async () => {
    const silent = await Promise.all(SILENCES.map((silence) => SlowClient.connect(target, silence)));
    const stoppedMs = performance.now();
    assert.equal(await operator.stop(), 0);
    // 5 s of admission after readyz says no, and at most 3 s for what is under way.
    assert.ok(performance.now() - stoppedMs < 12_000, `${performance.now() - stoppedMs} ms`);
    await Promise.all(silent.map(({ ended }) => ended));
  });
});
