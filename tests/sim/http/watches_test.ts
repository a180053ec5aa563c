import assert from "node:assert/strict";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { CONFIG_MAPS, NAMESPACES } from "../../../src/sim/resources.ts";
import { answerOf, ask } from "../support/ask.ts";
import { embeddedCluster } from "../support/embedded_stage.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

class CountingClock extends VirtualClock {
  readonly waiting = new Set<() => void>();

  override after(ms: number, run: () => void): () => void {
    const cancel = super.after(ms, () => {
      this.waiting.delete(cancel);
      run();
    });
    this.waiting.add(cancel);
    return () => {
      this.waiting.delete(cancel);
      cancel();
    };
  }
}

async function start(clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) })) {
  const cluster = embeddedCluster(clock, { nodeGroups: [] });
  await cluster.api.create(NAMESPACES, { metadata: { name: "default" } });
  return { clock, cluster };
}

function make(cluster: EmbeddedCluster, name: string) {
  return cluster.api.create(CONFIG_MAPS, { metadata: { name, namespace: "default" } });
}

function read(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  return response.body!.getReader();
}

/** The type of each event in one chunk, and what it is about. */
function eventsIn(chunk: Uint8Array | undefined): string[] {
  const lines = new TextDecoder().decode(chunk).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)).map(({ type, object }) =>
    `${type} ${object.metadata.name ?? object.code}`
  );
}

/** Many changes of one object; the version before them. */
async function churn(cluster: EmbeddedCluster, times: number): Promise<string> {
  let object = await make(cluster, "churned");
  const { resourceVersion } = object.metadata;
  for (let i = 0; i < times; i++) {
    object = cluster.api.update(CONFIG_MAPS, { ...object, data: { i: String(i) } } as typeof object);
  }
  return resourceVersion;
}

Deno.test("changes within the delay of a watch come in one chunk, a moment after the first", async () => {
  const { clock, cluster } = await start();
  const reader = read(await ask(cluster, `GET ${MAPS}?watch=true`));
  for (const name of ["a", "b", "c"]) await make(cluster, name);
  let chunk: Uint8Array | undefined;
  const taken = reader.read().then(({ value }) => void (chunk = value));
  await clock.run(clock.now() + 1);
  assert.equal(chunk, undefined);
  await clock.complete(taken);
  assert.deepEqual(eventsIn(chunk), ["ADDED a", "ADDED b", "ADDED c"]);
});

Deno.test("a reader that does not read is cut off, and gets what was sent until then", async () => {
  const { clock, cluster } = await start();
  const reader = read(await ask(cluster, `GET ${MAPS}?watch=true`));
  const made = 1_500;
  for (let i = 0; i < made; i++) {
    await make(cluster, `m-${i}`);
    await clock.run(clock.now() + 50);
  }
  let chunks = 0;
  while (!(await reader.read()).done) chunks++;
  assert.equal(chunks, 1_000);
});

Deno.test("a watch that its reader leaves, or that is cut off, keeps no timer", async () => {
  const clock = new CountingClock({ wallMs: 0 });
  const { cluster } = await start(clock);
  const path = `GET ${MAPS}?watch=true&allowWatchBookmarks=true`;
  const reader = read(await ask(cluster, path));
  await make(cluster, "a");
  assert.ok(clock.waiting.size > 0);
  await reader.cancel();
  assert.equal(clock.waiting.size, 0);
  await ask(cluster, path);
  for (let i = 0; i < 1_100; i++) {
    await make(cluster, `m-${i}`);
    await clock.run(clock.now() + 50);
  }
  assert.equal(clock.waiting.size, 0);
});

Deno.test("a watch from among more changes than are remembered: an ERROR of 410, and the end", async () => {
  const { clock, cluster } = await start();
  const version = await churn(cluster, 6_000);
  const reader = read(await ask(cluster, `GET ${MAPS}?watch=true&resourceVersion=${version}`));
  const { value } = await clock.complete(reader.read());
  assert.deepEqual(eventsIn(value), ["ERROR 410"]);
  assert.ok((await reader.read()).done);
});

Deno.test("a watch from a version that is remembered tells each of thousands of changes", async () => {
  const { clock, cluster } = await start();
  const version = await churn(cluster, 2_000);
  const reader = read(await ask(cluster, `GET ${MAPS}?watch=true&resourceVersion=${version}`));
  const { value } = await clock.complete(reader.read());
  assert.deepEqual(eventsIn(value), Array(2_000).fill("MODIFIED churned"));
});

Deno.test("a list that was begun before more changes than are remembered goes on in the newest version", async () => {
  const { cluster } = await start();
  for (const name of ["a", "b", "z"]) await make(cluster, name);
  const { metadata } = await answerOf(cluster, `GET ${MAPS}?limit=1`);
  await churn(cluster, 6_000);
  const { code, metadata: { continue: token } } = await answerOf(
    cluster,
    `GET ${MAPS}?continue=${metadata.continue}`,
  );
  assert.equal(code, 410);
  const { items } = await answerOf(cluster, `GET ${MAPS}?continue=${token}`);
  assert.deepEqual(items.map((item: { metadata: { name: string } }) => item.metadata.name), [
    "b",
    "churned",
    "z",
  ]);
});

Deno.test("pages of one list are of one moment, however much changes in between", async () => {
  const { cluster } = await start();
  for (let i = 0; i < 9; i++) await make(cluster, `m-${i}`);
  const seen: string[] = [];
  let token = "";
  do {
    const { items, metadata } = await answerOf(cluster, `GET ${MAPS}?limit=2&continue=${token}`);
    seen.push(...items.map((item: { metadata: { name: string } }) => item.metadata.name));
    token = metadata.continue ?? "";
    cluster.api.delete(CONFIG_MAPS, { namespace: "default", name: `m-${seen.length}` });
    await make(cluster, `m-${seen.length}-later`);
  } while (token !== "" && seen.length < 8);
  assert.deepEqual(seen, ["m-0", "m-1", "m-2", "m-3", "m-4", "m-5", "m-6", "m-7"]);
});
