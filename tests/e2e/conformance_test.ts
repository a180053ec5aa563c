import { realTarget } from "../conformance/real.ts";
import { playSuite } from "../conformance/suite.ts";
import { Cluster } from "./support/cluster.ts";

playSuite({
  name: "conformance: the real control plane",
  atOnce: 8,
  open() {
    const dir = Deno.env.get("SPOTALIS_E2E_DIR");
    if (dir === undefined) throw new Error('SPOTALIS_E2E_DIR is not set: run "deno task test:e2e"');
    return realTarget(new Cluster(dir));
  },
});
