import { createApp } from "../app.ts";
import { runApp } from "../runner.ts";
import { systemClock } from "../runtime/clock.ts";
import type { Arguments } from "./arguments.ts";
import { appDeps, logOf, type Outside, readConfig } from "./context.ts";

/** The operator, until `stop` is aborted. */
export async function run(
  args: Arguments,
  { outside, stop }: { outside: Outside; stop: AbortSignal },
): Promise<void> {
  const { config } = await readConfig(args, outside);
  const log = logOf(config, outside);
  const deps = await appDeps(args, { config, outside, log });
  log.info("starting", {
    version: deps.version,
    runtime: deps.runtime,
    identity: deps.identity,
    server: deps.connection.server,
    readOnly: config.operator.readOnlyMode,
  });
  await runApp({ app: createApp(deps), config, clock: systemClock, log }, stop);
  log.info("stopped", {});
}
