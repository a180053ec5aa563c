import { realTarget } from "../conformance/real.ts";
import { playSuite } from "../conformance/suite.ts";
import { sharedCluster } from "./support/scene.ts";

playSuite({
  name: "conformance: the real control plane",
  atOnce: 8,
  open: () => realTarget(sharedCluster()),
});
