import assert from "node:assert/strict";
import { playScene } from "../scenarios/support/scene.ts";
import type { Scene, Stage } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { eventually } from "./support/eventually.ts";
import { Replicas } from "./support/replicas.ts";
import { ReviewClient } from "./support/review_client.ts";
import { realStage, sharedCluster } from "./support/scene.ts";

const PERCENTAGE = 70;
const FORWARDED = "spotalis_webhook_forwarded_total";
/** The machine has two cores for the control plane, the replicas and others: not every burst goes undisturbed. */
const MOST_BURSTS = 6;
const LOOSE = { sanitizeResources: false, sanitizeOps: false, sanitizeExit: false };

const spotOf = (replicas: number) => replicas * PERCENTAGE / 100;

/** A Deployment comes up; answers how many of its pods are where they should not be when the last one is bound. */
async function burst({ apply, witness }: Scene, replicas: number): Promise<number> {
  await apply(deployment({ name: "web", replicas, percentage: PERCENTAGE, floor: 1 }));
  return await misplacedWhenBound(witness, replicas);
}

async function misplacedWhenBound(witness: Scene["witness"], replicas: number): Promise<number> {
  const isBound = () => {
    const { spot, onDemand } = witness.split("web");
    return spot + onDemand === replicas;
  };
  await witness.until(isBound, { what: `${replicas} bound pods`, ms: 120_000 });
  return Math.abs(witness.split("web").spot - spotOf(replicas));
}

async function stageOf(name: string, replicas: Replicas): Promise<Stage> {
  return await realStage(name, { cluster: sharedCluster(), operator: replicas.leader });
}

/** Reviews so far that should have been answered by the leader, and were not. */
async function unanswered(replicas: Replicas): Promise<number> {
  return await replicas.metric(FORWARDED) - await replicas.metric(FORWARDED, { result: "answered" });
}

/** Bursts until the leader answers all of one, which then has to be exact; of the others, as far as it did. */
async function undisturbedBurst(stage: Stage, replicas: Replicas, size: number): Promise<void> {
  const disturbed: string[] = [];
  for (let isDone = false; !isDone;) {
    await playScene(stage, async (scene) => {
      const { witness } = scene;
      const [asked, missing] = [replicas.balancer.asked, await unanswered(replicas)];
      const misplaced = await burst(scene, size);
      const unplaced = witness.slots("web").filter((slot) => slot === undefined).length;
      const lost = await unanswered(replicas) - missing + unplaced;
      assert.ok(misplaced <= lost, `${misplaced} misplaced, ${lost} not answered by the leader`);
      assert.equal(witness.created.size, size);
      const shares = replicas.balancer.asked.map((count, i) => count - asked[i]!);
      assert.ok(Math.min(...shares) >= Math.floor(size / 3), `asked: ${shares}`);
      isDone = lost === 0;
      disturbed.push(`${misplaced} of ${lost}`);
      if (!isDone) return;
      await witness.settled("web", size);
      assert.deepEqual(witness.cost(), { created: size, evicted: 0 });
    });
    assert.ok(isDone || disturbed.length < MOST_BURSTS, `misplaced, of not answered: ${disturbed.join(", ")}`);
  }
}

/** Until the API server has taken the webhook up, pods pass without a review. */
async function isCalled(stage: Stage, { balancer }: Replicas): Promise<void> {
  await playScene(stage, async ({ apply, patch, witness }) => {
    await apply(deployment({ name: "probe", replicas: 1, percentage: PERCENTAGE }));
    await eventually(async () => {
      await patch("deployment/probe", {
        spec: { template: { metadata: { annotations: { at: stage.unique() } } } },
      });
      assert.ok(balancer.asked.some((count) => count > 0));
    }, 20_000);
    await witness.until(() => witness.isSettled("probe", 1), { what: "the probe" });
  });
}

const end = (name: string) => sharedCluster().remove(`mutatingwebhookconfiguration/spotalis-${name}`);

Deno.test({
  name: "three replicas behind one address: bursts come up exact, whichever is asked",
  ...LOOSE,
  async fn(test) {
    const name = "forwarding";
    // As long as can be: 300 ms are for replicas that have a processor each.
    const config = { webhook: { forwarding: { deadline: "1s" } } };
    await using replicas = await Replicas.start(sharedCluster(), { name, config });
    const stage = await stageOf(name, replicas);
    await isCalled(stage, replicas);
    for (const size of [10, 50, 200]) {
      const fn = () => undisturbedBurst(stage, replicas, size);
      assert.ok(await test.step({ name: `${size} pods`, fn, ...LOOSE }));
    }
    await end(name);
  },
});

Deno.test({
  name: "three replicas without forwarding: the same bursts are not exact",
  ...LOOSE,
  async fn() {
    const name = "not-forwarding";
    const config = { webhook: { forwarding: { enabled: false } } };
    await using replicas = await Replicas.start(sharedCluster(), { name, config });
    const stage = await stageOf(name, replicas);
    await isCalled(stage, replicas);
    let misplaced = 0;
    for (const size of [10, 50, 200]) {
      await playScene(stage, async (scene) => void (misplaced += await burst(scene, size)));
    }
    assert.ok(misplaced > 0, "what the other test shows would be so anyway");
    await end(name);
  },
});

Deno.test({
  name: "the leader is killed in a burst: no more pods misplaced than were in flight, and they are moved",
  ...LOOSE,
  async fn() {
    const name = "forwarding-killed";
    const size = 200;
    await using replicas = await Replicas.start(sharedCluster(), { name });
    const stage = await stageOf(name, replicas);
    await isCalled(stage, replicas);
    await playScene(stage, async ({ apply, witness }) => {
      const { balancer } = replicas;
      await apply(deployment({ name: "web", replicas: size, percentage: PERCENTAGE, floor: 1 }));
      await witness.until(() => witness.created.size >= 60, { what: "a part of the burst" });
      const index = replicas.leaderIndex;
      balancer.mostInFlight = balancer.inFlight;
      replicas.operators[index]!.kill("SIGKILL");
      balancer.lose(index);
      const misplaced = await misplacedWhenBound(witness, size);
      assert.ok(misplaced <= balancer.mostInFlight, `${misplaced} of ${balancer.mostInFlight} in flight`);
      assert.ok(witness.created.size === size, "no pod too many");
      const isMended = () => witness.split("web").spot === spotOf(size) && witness.isSettled("web", size);
      await witness.until(isMended, { what: `${misplaced} pods moved`, ms: 120_000 });
      assert.equal(witness.evicted.size, misplaced);
    });
    await end(name);
  },
});

Deno.test({
  name: "a leader that is silent costs one deadline, not one each, and is asked again when it speaks",
  ...LOOSE,
  async fn() {
    const name = "forwarding-frozen";
    await using replicas = await Replicas.start(sharedCluster(), { name, count: 2 });
    const { leader } = replicas;
    const standby = replicas.operators.find((each) => each !== leader)!;
    const ca = await Deno.readTextFile(`${replicas.certDir}/ca.crt`);
    const client = await ReviewClient.connect({ port: Number(new URL(standby.webhookUrl).port), ca });
    const timed = async () => {
      const startMs = performance.now();
      await client.ask();
      return performance.now() - startMs;
    };
    const count = (result: string) => standby.metric(FORWARDED, { result });
    await eventually(async () => {
      await client.ask();
      assert.ok(await count("answered") > 0);
    });
    leader.kill("SIGSTOP");
    const took = [];
    for (let i = 0; i < 20; i++) took.push(await timed());
    leader.kill("SIGCONT");
    assert.ok(took[0]! >= 300, `the first took ${took[0]} ms`);
    assert.deepEqual([await count("late"), await count("circuit_open")], [1, 19]);
    const rest = took.slice(1).reduce((sum, ms) => sum + ms);
    assert.ok(rest < 19 * 100, `the others took ${rest} ms`);
    assert.equal(await standby.metric("spotalis_webhook_forwarding_circuit_open"), 1);
    const answered = await count("answered");
    await eventually(async () => {
      await client.ask();
      assert.ok(await count("answered") > answered);
    }, 20_000);
    assert.equal(await standby.metric("spotalis_webhook_forwarding_circuit_open"), 0);
    client.close();
    await end(name);
  },
});
