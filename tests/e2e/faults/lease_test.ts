import assert from "node:assert/strict";
import type { Json } from "../../scenarios/support/json.ts";
import { eventually } from "../support/eventually.ts";
import { Operator } from "../support/operator.ts";
import { isAcquired, reigns } from "../support/reigns.ts";
import { sharedCluster } from "../support/scene.ts";

const NAME = "lease-faults";
const NAMESPACE = `lease-${NAME}`;
const LEASE = "lease/spotalis-controller-leader";

Deno.test({
  name: NAME,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(test) {
    const cluster = sharedCluster();
    const lease = async (): Promise<Json> => (await cluster.get("-n", NAMESPACE, LEASE)).spec;
    // Both are held at their first step, and let go together.
    await using one = await Operator.spawn(cluster, { name: NAME });
    one.kill("SIGSTOP");
    await using two = await Operator.spawn(cluster, { name: NAME });
    const both = [one, two];
    one.kill("SIGCONT");

    const identity = (operator: Operator) =>
      String(operator.log.find(({ message }) => message === "starting")!["identity"]);
    const leaders = async () =>
      await Promise.all(both.map((operator) => operator.metric("spotalis_leader_election_status")));
    /** One of them leads, and the Lease names it. */
    const oneLeads = () =>
      eventually(async () => {
        const [first, second] = await leaders();
        assert.equal(first! + second!, 1);
        assert.equal((await lease()).holderIdentity, identity(first === 1 ? one : two));
      }, 20_000);
    const step = async (name: string, fn: () => Promise<void>) => {
      assert.ok(await test.step({ name, fn, sanitizeOps: false, sanitizeResources: false }));
    };

    await step("fault 21: of two that start at once exactly one leads", async () => {
      await Promise.all(both.map((operator) => operator.ready()));
      await oneLeads();
      assert.equal(both.filter(({ log }) => log.some(isAcquired)).length, 1);
      assert.equal((await lease()).leaseTransitions ?? 0, 0, "it was made once");
    });

    await step("fault 20: the Lease deleted by hand is made again, and exactly one leads", async () => {
      const leader = (await leaders())[0] === 1 ? one : two;
      await cluster.delete(LEASE, "-n", NAMESPACE);
      const lost = await leader.logged(({ message }) => message === "leadership lost", 5_000);
      assert.match(String(lost["why"]), /the Lease is gone/);
      await oneLeads();
    });

    await step(
      "fault 20: the Lease given to a stranger by hand is not taken back before it has ended",
      async () => {
        const stolenMs = Date.now();
        const stranger = { holderIdentity: "stranger", leaseDurationSeconds: 6 };
        await cluster.patch(LEASE, NAMESPACE, { spec: stranger });
        await eventually(async () => assert.deepEqual(await leaders(), [0, 0]), 5_000);
        await oneLeads();
        const [start] = both.flatMap(reigns).map(([from]) => from).toSorted((a, b) => b - a);
        assert.ok(start! - stolenMs > 6_000, `${start! - stolenMs} ms`);
      },
    );

    await step("fault 20: other fields edited by hand are put right at the next renewal", async () => {
      const before = (await lease()).holderIdentity;
      await cluster.patch(LEASE, NAMESPACE, { spec: { leaseDurationSeconds: 3_600 } });
      await eventually(async () => assert.equal((await lease()).leaseDurationSeconds, 15), 6_000);
      assert.equal((await lease()).holderIdentity, before);
      await oneLeads();
    });

    await step("fault 20: in all this two never led at once", async () => {
      const spans = both.flatMap(reigns).toSorted(([a], [b]) => a - b);
      assert.ok(spans.length >= 3);
      for (const [i, [, end]] of spans.slice(0, -1).entries()) assert.ok(end <= spans[i + 1]![0]);
      await Promise.resolve();
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
