import assert from "node:assert/strict";
import { applyPatch } from "../support/json_patch.ts";
import { Random } from "../support/random.ts";
import { anyPod } from "../support/generated_pods.ts";
import { admissionScene, post, reviewOf } from "./admission_scene.ts";
import { mutated } from "./mutations.ts";
import { ENABLED, namespaceObject, ownedBy, split, statefulSetObject } from "./objects.ts";

/** As `forAll` has it: a number, or `fresh` to start somewhere new. */
const WANTED = Deno.env.get("SPOTALIS_SEED") || "20250101";
const SEED = WANTED === "fresh" ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(WANTED);
const RUNS = 2_000;

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

/** The answer, with the fake clock moved on until it is there. */
async function answer(scene: ReturnType<typeof manyPlaces>, body: string): Promise<Response> {
  let response: Response | undefined;
  const done = scene.handler(post(body)).then((each) => {
    response = each;
  });
  for (let i = 0; i < 4 && response === undefined; i++) await scene.clock.advance(250);
  await done;
  return response!;
}

Deno.test(`webhook answers ${RUNS} generated reviews with patches that apply`, async () => {
  const scene = manyPlaces();
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    const where = `replay with SPOTALIS_SEED=${seed}`;
    const review = anyReview(new Random(seed), `r${run}`);
    const response = await answer(scene, JSON.stringify(review));
    assert.equal(response.status, 200, where);
    const { response: { allowed, patch } } = await response.json();
    assert.equal(allowed, true, where);
    if (patch !== undefined) {
      const patched = applyPatch(review.request.object, JSON.parse(atob(patch))) as Record<string, unknown>;
      const before = review.request.object as Record<string, unknown>;
      assert.deepEqual(withoutParts(patched), withoutParts(before), where);
      assert.deepEqual(specOf(patched)["containers"], specOf(before)["containers"], where);
    }
  }
  assert.ok(scene.results().filter((result) => result === "placed").length > RUNS / 4);
});

Deno.test(`webhook never fails on ${RUNS} broken reviews: 200 or 4xx, with JSON`, async () => {
  let broken = 0;
  let scene = manyPlaces();
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    const where = `replay with SPOTALIS_SEED=${seed}`;
    // Now and then from anew, so that one broken review does not fill all places of the next ones.
    if (run % 200 === 0) scene = manyPlaces();
    const random = new Random(seed);
    const review = mutated(anyReview(random, `r${run}`), random);
    let response: Response;
    try {
      response = await answer(scene, JSON.stringify(review) ?? "");
    } catch (cause) {
      throw new Error(`${where}: an exception: ${cause}`, { cause });
    }
    const isGood = response.status === 200 || (response.status >= 400 && response.status < 500);
    assert.ok(isGood, `${where}: status ${response.status}`);
    assert.equal(response.headers.get("content-type"), "application/json", where);
    const body = JSON.parse(await response.text());
    if (response.status === 200) assert.equal(body.response.allowed, true, where);
    else broken++;
  }
  assert.ok(broken > RUNS / 50, `only ${broken} were refused: the mutations are too tame`);
});

function withoutParts(pod: Record<string, unknown>) {
  const { metadata: _metadata, spec: _spec, ...rest } = pod;
  return rest;
}

function specOf(pod: Record<string, unknown>): Record<string, unknown> {
  return pod["spec"] as Record<string, unknown>;
}
