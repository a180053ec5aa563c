import { EmbeddedOperator } from "../../../src/cli/embedded/operator.ts";
import { type LogEntry, recordingLog } from "../../../src/cli/embedded/recording_log.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import type { Json } from "../../scenarios/support/json.ts";
import type { Stage } from "../../scenarios/support/stage.ts";
import { configOf } from "./embedded_stage.ts";

/** Another replica, with no memory of what came before, once it leads. */
export interface SecondOperator extends AsyncDisposable {
  readonly app: EmbeddedOperator["app"];
  readonly log: readonly LogEntry[];
}

/** Starts a replica when it is called, and gives it the Lease of the stage's own operator. */
export async function takeOver(
  { embedded, clock, name, cluster }: Stage & { readonly embedded: EmbeddedCluster },
  config: Json,
): Promise<SecondOperator> {
  const entries: LogEntry[] = [];
  const operator = new EmbeddedOperator({
    cluster: embedded,
    config: configOf(name, config),
    clock,
    seed: 2,
    log: recordingLog((entry) => entries.push(entry)),
  }, "second");
  const lifecycle = new Lifecycle();
  lifecycle.start("the second operator", (signal) => operator.run(signal));
  while (!operator.app.observer.cache.hasSynced) await sleep(clock, 10, lifecycle.signal);
  await cluster.patch("lease/spotalis-controller-leader", `lease-${name}`, {
    spec: { holderIdentity: "second" },
  });
  while (!operator.app.elector!.isLeader) await sleep(clock, 10, lifecycle.signal);
  return {
    app: operator.app,
    log: entries,
    async [Symbol.asyncDispose]() {
      lifecycle.stop();
      await lifecycle.join();
    },
  };
}
