import assert from "node:assert/strict";
import { createLog } from "../../src/runtime/log.ts";
import { KARPENTER } from "../support/classifiers.ts";
import { applyPatch, type Operation } from "../support/json_patch.ts";
import { Random } from "../support/random.ts";
import { anyPod } from "../support/generated_pods.ts";
import { assertPristine, seedsFrom } from "../support/seeds.ts";
import { admissionScene, post, reviewOf } from "./admission_scene.ts";
import { hostileRequest } from "./hostile_requests.ts";
import { mutated, mutatedJson } from "./mutations.ts";
import { ENABLED, namespaceObject, ownedBy, split, statefulSetObject } from "./objects.ts";
import { newMetrics, seriesOf } from "./support.ts";

const VALID_RUNS = 3_000;
const HOSTILE_RUNS = 7_000;
/** Most take well under a millisecond, but the machine may be busy. */
const LONGEST_MS = 5_000;

/** A review of a pod that a ReplicaSet or StatefulSet creates. */
function anyReview(random: Random, uid: string) {
  const pod = anyPod(random);
  const owner = random.pick([ownedBy("ReplicaSet", "web-1"), ownedBy("StatefulSet", "db")]);
  const name = owner.kind === "StatefulSet" ? { name: `db-${random.integer(0, 9)}` } : {};
  const metadata = { ...pod.metadata, ...name, ownerReferences: [owner] };
  return reviewOf({ ...pod, metadata }, { uid, dryRun: random.chance(0.2) });
}

function manyPlaces() {
  const scene = admissionScene({ workload: { replicas: 100_000 } });
  scene.addStatefulSet(statefulSetObject({ name: "db", replicas: 100_000, annotations: split(30) }));
  scene.addNamespace(namespaceObject("shop", { labels: ENABLED, annotations: split(50) }));
  return scene;
}

type Scene = ReturnType<typeof manyPlaces>;

/** The answer, with the fake clock moved on until it is there. */
async function answer(scene: Scene, request: Request): Promise<Response> {
  let response: Response | undefined;
  const startedMs = performance.now();
  const done = scene.handler(request).then((each) => {
    response = each;
  });
  for (let i = 0; i < 4 && response === undefined; i++) await scene.clock.advance(250);
  if (response === undefined) await scene.clock.advance(5_000);
  await done;
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs < LONGEST_MS, `it took ${tookMs} ms`);
  assert.equal(scene.clock.timers, 0, "no timer is left behind");
  return response!;
}

interface Reviewed {
  readonly status: number;
  readonly patch: readonly Operation[] | undefined;
}

/** Holds an answer to what an AdmissionReview has to be, or a refusal. */
async function reviewed(response: Response, uid: unknown): Promise<Reviewed> {
  const { status } = response;
  assert.ok(status === 200 || (status >= 400 && status < 500), `status ${status}`);
  assert.equal(response.headers.get("content-type"), "application/json");
  const text = await response.text();
  const body = JSON.parse(text);
  if (status !== 200) {
    assert.ok(text.length < 500, `the input is not echoed: ${text}`);
    assert.equal(typeof (body.error ?? body.response.status.message), "string");
    return { status, patch: undefined };
  }
  assert.deepEqual(Object.keys(body).sort(), ["apiVersion", "kind", "response"]);
  assert.equal(body.kind, "AdmissionReview");
  assert.match(body.apiVersion, /^admission\.k8s\.io\/v1(?:beta1)?$/);
  const { patch, patchType, ...rest } = body.response;
  if (uid !== undefined) assert.deepEqual(rest, { uid, allowed: true });
  assert.equal(rest.allowed, true);
  if (patch === undefined) return { status, patch: undefined };
  assert.equal(patchType, "JSONPatch");
  return { status, patch: JSON.parse(atob(patch)) };
}

const OWN_KEYS = [
  "spotalis.io/capacity",
  "spotalis.io/slot",
  "controller.kubernetes.io/pod-deletion-cost",
  "spotalis.io/fallback-retry-at",
  "spotalis.io/fallback-retry-after",
  KARPENTER,
];
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const AFFINITY =
  `affinity(?:/nodeAffinity(?:/${REQUIRED}(?:/nodeSelectorTerms(?:/\\d+/matchExpressions(?:/-)?)?)?)?)?`;
/** Every path that a patch may have, beside those of its own keys. */
const PATHS = new RegExp(
  `^(?:/metadata/labels|/metadata/annotations|/spec/nodeSelector|/spec/tolerations(?:/-)?|/spec/${AFFINITY})$`,
);

function assertAllowed(operations: readonly Operation[]): void {
  for (const { op, path, value } of operations) {
    const key = path.replace(/^.*\//, "").replaceAll("~1", "/").replaceAll("~0", "~");
    if (OWN_KEYS.includes(key)) {
      assert.match(path, /^\/(?:metadata\/(?:labels|annotations)|spec\/nodeSelector)\/[^/]+$/);
      continue;
    }
    assert.match(path, PATHS);
    assert.equal(op, "add");
    if (/labels|annotations|nodeSelector$/.test(path)) {
      assert.ok(Object.keys(value as object).every((each) => OWN_KEYS.includes(each)), path);
    }
  }
}

/** The pod without what a placement may touch. */
// deno-lint-ignore no-explicit-any
function others({ metadata, spec, ...rest }: any) {
  const without = (map: object | null | undefined) =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !OWN_KEYS.includes(key)));
  const { labels, annotations, ...otherMetadata } = metadata;
  const { nodeSelector, affinity, tolerations: _, ...otherSpec } = spec;
  const { nodeAffinity, ...otherAffinity } = affinity ?? {};
  const { [REQUIRED]: __, ...otherNodeAffinity } = nodeAffinity ?? {};
  return [
    rest,
    otherMetadata,
    otherSpec,
    otherAffinity,
    otherNodeAffinity,
    ...[labels, annotations, nodeSelector].map(without),
  ];
}

/** What a placed pod is asked about again: nothing is left to patch. */
async function assertIdempotent(
  scene: Scene,
  { uid, request }: { uid: string; request: object },
  pod: unknown,
) {
  const again = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { ...request, uid, object: pod },
  };
  const { patch } = await reviewed(await answer(scene, post(JSON.stringify(again))), uid);
  assert.equal(patch, undefined, "a second patch");
}

const LABELS: Readonly<Record<string, readonly string[]>> = {
  operation: ["CREATE", "UPDATE", "DELETE", "CONNECT", "other"],
  resource_kind: ["Pod", "other"],
  mutation_type: ["spot", "on-demand"],
};

/** Log lines are one line that one can see; label values are known ones. */
async function assertShown(scene: Scene): Promise<void> {
  const lines: string[] = [];
  const options = { write: (line: string) => void lines.push(line), wall: () => 0 };
  const logs = [
    createLog(options, { level: "debug", format: "json" }),
    createLog(options, { level: "debug", format: "console" }),
  ];
  for (const { level, message, fields } of scene.log.lines) for (const log of logs) log[level](message, fields);
  for (const line of lines) {
    assert.ok(line.length < 10_000, `${line.length} characters in a line`);
    // deno-lint-ignore no-control-regex
    assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+\n$/);
  }
  const metrics = newMetrics();
  const known = [...(await seriesOf(metrics)).keys()];
  for (const review of scene.reviews) metrics.reviewed(review);
  const results = known.flatMap((name) => /[{,]result="([^"]+)"/.exec(name)?.[1] ?? []);
  for (const name of (await seriesOf(metrics)).keys()) {
    for (const [, label, value] of name.matchAll(/[{,](\w+)="([^"]*)"/g)) {
      const allowed = label === "result" ? results : LABELS[label!];
      if (allowed !== undefined) assert.ok(allowed.includes(value!), name);
    }
  }
}

Deno.test("webhook answers 3,000 generated reviews: patches apply, touch what is ours, and are whole", async () => {
  const scene = manyPlaces();
  await seedsFrom(VALID_RUNS, async (seed, run) => {
    const review = anyReview(new Random(seed), `r${run}`);
    const { status, patch } = await reviewed(await answer(scene, post(JSON.stringify(review))), `r${run}`);
    assert.equal(status, 200);
    if (patch === undefined) return;
    assertAllowed(patch);
    const before = review.request.object;
    const patched = applyPatch(before, patch);
    assert.deepEqual(others(patched), others(before));
    await assertIdempotent(scene, { uid: `again-${run}`, request: review.request }, patched);
  });
  assert.ok(scene.results().filter((result) => result === "placed").length > VALID_RUNS / 4);
  await assertShown(scene);
});

Deno.test("webhook answers 7,000 hostile requests with 200 or 4xx, in time, and stays as it was", async () => {
  let scene = manyPlaces();
  const counts = { refused: 0, patched: 0, errors: 0 };
  const close = async () => {
    await assertShown(scene);
    counts.errors += scene.results().filter((result) => result === "error").length;
  };
  await seedsFrom(HOSTILE_RUNS, async (seed, run) => {
    // Now and then from anew, so that one review does not fill all places of the next ones.
    if (run % 200 === 199) {
      await close();
      scene = manyPlaces();
    }
    const random = new Random(seed);
    const original = anyReview(random, `r${run}`);
    const review = random.chance(0.7) ? mutated(original, random) : original;
    const json = JSON.stringify(review) ?? "";
    const text = random.chance(0.3) ? mutatedJson(json, random) : json;
    const { request } = hostileRequest(text, random);
    const response = await answer(scene, request);
    const { status, patch } = await reviewed(response, undefined);
    assertPristine();
    if (status !== 200) counts.refused++;
    if (patch === undefined) return;
    counts.patched++;
    assertAllowed(patch);
    const sent = parsed(text)?.request?.object;
    if (sent !== undefined && random.chance(0.5)) applyPatch(sent, patch);
  });
  await close();
  assert.ok(counts.refused > HOSTILE_RUNS / 10, `only ${counts.refused} were refused: too tame`);
  assert.ok(counts.patched > HOSTILE_RUNS / 10, `only ${counts.patched} were placed: too wild`);
});

/** As far as the text is JSON that can be copied: what is too deep cannot. */
// deno-lint-ignore no-explicit-any
function parsed(text: string): any {
  try {
    return structuredClone(JSON.parse(text));
  } catch {
    return undefined;
  }
}
