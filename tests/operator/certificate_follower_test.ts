import assert from "node:assert/strict";
import type { KeyPair } from "../../src/operator/certificate.ts";
import { CertificateFollower, type ReloadResult } from "../../src/operator/certificate_follower.ts";
import { AddressError } from "../../src/operator/server.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { RecordedLog } from "./support.ts";

const NOT_SERVED = "warn webhook is not served: no certificate yet";
const KEPT = "warn certificate not renewed: the old one is kept";
const POLL_MS = 10_000;
const SETTLE_MS = 200;

/** A follower of `files.now`: a pair by its name, or an error. */
class Scene {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly used: string[] = [];
  readonly results: ReloadResult[] = [];
  readonly stop = new AbortController();
  now: string | Error = new Error("no such file: tls.crt");
  ca: string | undefined;
  /** What `use` throws. */
  refusal: Error | undefined;
  watchError: Error | undefined;
  reads = 0;
  duringRead: () => void = () => {};
  change: () => void = () => {};
  ended: Promise<void> | undefined;

  async start(): Promise<this> {
    this.ended = new CertificateFollower({
      clock: this.clock,
      log: this.log,
      read: () => this.#read(),
      watch: (onChange, signal) => this.#watch(onChange, signal),
      use: ({ cert }) => {
        if (this.refusal !== undefined) throw this.refusal;
        this.used.push(cert);
      },
      onReload: (result) => this.results.push(result),
    }).run(this.stop.signal);
    await settle();
    return this;
  }

  async write(content: string | Error): Promise<void> {
    this.now = content;
    this.change();
    await this.clock.advance(SETTLE_MS);
  }

  get told(): string[] {
    return this.log.messages.filter((message) => message.startsWith("warn"));
  }

  #read(): Promise<KeyPair> {
    this.reads++;
    const found = this.now;
    this.duringRead();
    return found instanceof Error
      ? Promise.reject(found)
      : Promise.resolve({ cert: found, key: `key of ${found}`, expiresMs: 0, ca: this.ca });
  }

  #watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    if (this.watchError !== undefined) return Promise.reject(this.watchError);
    this.change = onChange;
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  }
}

async function serving(pair: string): Promise<Scene> {
  const scene = new Scene();
  scene.now = pair;
  await scene.start();
  assert.deepEqual(scene.used, [pair]);
  return scene;
}

Deno.test("CertificateFollower waits for a first pair, says so once, and does not count it as a reload", async () => {
  const scene = await new Scene().start();
  await scene.clock.advance(5 * POLL_MS);
  assert.deepEqual(scene.told, [NOT_SERVED]);
  scene.now = "a";
  await scene.clock.advance(POLL_MS);
  assert.deepEqual([scene.used, scene.results], [["a"], []]);
});

Deno.test("CertificateFollower takes a new pair soon after a change was told of, and an equal one never", async () => {
  const scene = await serving("a");
  await scene.write("b");
  await scene.write("b");
  await scene.clock.advance(3 * POLL_MS);
  assert.deepEqual([scene.used, scene.results], [["a", "b"], ["success"]]);
});

Deno.test("CertificateFollower finds a new pair within 10 s where nothing is told of", async () => {
  const scene = new Scene();
  scene.watchError = new Error("inotify is used up");
  scene.now = "a";
  await scene.start();
  scene.now = "b";
  await scene.clock.advance(POLL_MS);
  assert.deepEqual(scene.used, ["a", "b"]);
  assert.deepEqual(scene.told, []);
});

Deno.test("CertificateFollower watches a directory that appears later", async () => {
  const scene = new Scene();
  scene.watchError = new Error("no such directory");
  await scene.start();
  scene.watchError = undefined;
  await scene.clock.advance(POLL_MS);
  await scene.write("a");
  assert.deepEqual(scene.used, ["a"]);
});

Deno.test("CertificateFollower reads once for many changes, and ends with the last of them", async () => {
  const scene = await serving("a");
  const before = scene.reads;
  for (let i = 0; i < 20; i++) {
    scene.now = `pair ${i}`;
    scene.change();
    await scene.clock.advance(20);
  }
  await scene.clock.advance(POLL_MS);
  assert.equal(scene.used.at(-1), "pair 19");
  assert.ok(scene.reads - before <= 3, `${scene.reads - before} reads`);
});

Deno.test("CertificateFollower reads again what changed while it was reading", async () => {
  const scene = await serving("a");
  scene.duringRead = () => {
    scene.now = "c";
    scene.change();
    scene.duringRead = () => {};
  };
  await scene.write("b");
  assert.deepEqual(scene.used, ["a", "b"]);
  await scene.clock.advance(SETTLE_MS);
  assert.deepEqual(scene.used, ["a", "b", "c"]);
});

Deno.test("CertificateFollower keeps the old pair whatever is wrong with the new, and tells once a change", async () => {
  const scene = await serving("a");
  for (const problem of ["garbage", "mismatch"]) {
    await scene.write(new Error(problem));
    await scene.clock.advance(6 * POLL_MS);
  }
  assert.deepEqual(scene.told, [KEPT, KEPT]);
  assert.deepEqual(scene.log.of(KEPT.slice(5)).map(({ why }) => why), ["garbage", "mismatch"]);
  assert.deepEqual([scene.used, scene.results], [["a"], ["failure", "failure"]]);
  await scene.write("b");
  await scene.write(new Error("mismatch"));
  assert.deepEqual([scene.used, scene.results.slice(2)], [["a", "b"], ["success", "failure"]]);
});

Deno.test("CertificateFollower keeps the old pair where the server refuses the new, and tries that one again", async () => {
  const scene = await serving("a");
  scene.refusal = new Error("no socket is free");
  await scene.write("b");
  assert.deepEqual([scene.used, scene.results, scene.told], [["a"], ["failure"], [KEPT]]);
  scene.refusal = undefined;
  await scene.clock.advance(POLL_MS);
  assert.deepEqual([scene.used, scene.results], [["a", "b"], ["failure", "success"]]);
});

Deno.test("CertificateFollower ends with the signal, also while it waits, and leaves no timer", async () => {
  for (const content of ["a", new Error("none")]) {
    const scene = new Scene();
    scene.now = content;
    await scene.start();
    scene.stop.abort();
    await scene.ended;
    assert.equal(scene.clock.timers, 0);
  }
});

Deno.test("CertificateFollower fails where the server cannot have its address", async () => {
  const scene = new Scene();
  scene.now = "a";
  scene.refusal = new AddressError("cannot listen on :9443");
  const failed = assert.rejects(scene.start().then(() => scene.ended), AddressError);
  scene.stop.abort();
  await failed;
});

Deno.test("CertificateFollower uses the pair anew when only its CA has changed", async () => {
  const scene = await serving("a");
  scene.ca = "ca";
  await scene.write("a");
  await scene.write("a");
  assert.deepEqual(scene.used, ["a", "a"]);
});
