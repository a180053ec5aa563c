import { systemClock } from "../../../src/runtime/clock.ts";
import { playScene } from "../../scenarios/support/scene.ts";
import type { Play, Stage, StageOptions } from "../../scenarios/support/stage.ts";
import { Cluster } from "./cluster.ts";
import { Operator } from "./operator.ts";
import { serveWebhook } from "./served_webhook.ts";

/** The cluster that `tests/e2e/main.ts` has started for all files. */
export function sharedCluster(): Cluster {
  const dir = Deno.env.get("SPOTALIS_E2E_DIR");
  if (dir === undefined) throw new Error('SPOTALIS_E2E_DIR is not set: run "deno task test:e2e"');
  return new Cluster(dir);
}

/** A real control plane, and an operator in a process of its own. */
export interface RealStage extends Stage {
  readonly cluster: Cluster;
  readonly operator: Operator;
}

export interface RealStageOptions extends StageOptions {
  /** False: without a webhook configuration that points to the operator. */
  readonly registers?: boolean;
}

/** What a scene is played on, given its operator. */
export async function realStage(
  name: string,
  { cluster, operator }: { cluster: Cluster; operator: Operator },
): Promise<RealStage> {
  const client = await cluster.client();
  const unique = () => crypto.randomUUID().slice(0, 8);
  return {
    name,
    cluster,
    operator,
    client,
    clock: systemClock,
    serveWebhook: (handler) => serveWebhook(cluster, handler),
    unique,
  };
}

/** Registers a test that has the shared cluster and an operator of its own. */
export function stage(
  { name, config, registers }: RealStageOptions,
  act: (play: Play, stage: RealStage) => Promise<void>,
): void {
  Deno.test({
    name,
    // Steps run side by side, and transports keep connections open to the end of the process.
    sanitizeResources: false,
    sanitizeOps: false,
    sanitizeExit: false,
    async fn(test) {
      const cluster = sharedCluster();
      await using operator = await Operator.start(cluster, { name, config: config?.(systemClock), registers });
      const stage = await realStage(name, { cluster, operator });
      const failures: string[] = [];
      await act(async (title, scene, sceneOptions) => {
        const isGood = await test.step({
          name: title,
          fn: () => playScene(stage, scene, sceneOptions),
          sanitizeResources: false,
          sanitizeOps: false,
          sanitizeExit: false,
        });
        if (!isGood) failures.push(title);
      }, stage);
      if (failures.length > 0) throw new Error(`failed: ${failures.join(", ")}\n${operator.tail(40)}`);
      await cluster.remove(`mutatingwebhookconfiguration/spotalis-${name}`);
    },
  });
}
