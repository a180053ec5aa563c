import assert from "node:assert/strict";
import { describeDifferences, differences, Kubectl } from "./kubectl/compare.ts";
import { EmbeddedServer } from "./kubectl/embedded.ts";
import { withoutExplained } from "./kubectl/explained.ts";
import { SCRIPT } from "./kubectl/script.ts";
import { Cluster } from "./support/cluster.ts";

/** As many as the embedded cluster is given. */
const NODES_OF_A_KIND = 3;

Deno.test("kubectl is told the same by the embedded cluster as by a real one", async () => {
  const dir = await Deno.makeTempDir({ prefix: "spotalis-kubectl-" });
  // One of its own: other tests have nodes, events and namespaces in the shared one.
  const real = await Cluster.up(`${dir}/cluster`, { nodes: NODES_OF_A_KIND });
  try {
    const embedded = await EmbeddedServer.start(dir);
    const [wanted, told] = await Promise.all(
      [real, embedded].map(({ kubeconfig }) => new Kubectl(kubeconfig).play(SCRIPT)),
    ) as [Awaited<ReturnType<Kubectl["play"]>>, Awaited<ReturnType<Kubectl["play"]>>];
    const { code, log } = await embedded.stop();
    const unexplained = withoutExplained(differences(wanted, told));
    if (unexplained.length > 0) assert.fail(`${describeDifferences(unexplained)}\n\n${log.slice(-2_000)}`);
    assert.equal(code, 0, log);
  } finally {
    await real.down();
    await Deno.remove(dir, { recursive: true });
  }
});
