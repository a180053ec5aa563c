import { sleep, systemClock } from "../../runtime/clock.ts";
import type { LogFields } from "../../runtime/log.ts";
import { pace } from "../../runtime/pace.ts";
import { VirtualClock } from "../../runtime/virtual_clock.ts";
import { serveHttps } from "../../sim/serving/https_server.ts";
import { loopbackCertificate } from "../../sim/serving/loopback_certificate.ts";
import type { Arguments } from "../arguments.ts";
import type { Outside } from "../context.ts";
import { World } from "../embedded/world.ts";
import { renderEntry } from "../embedded/recording_log.ts";
import { Director, type DirectorDeps } from "./director.ts";
import { createAll, KUBELETS, workloadsOf } from "./engine.ts";
import type { SimulationInput } from "./simulate.ts";

export interface ServeInput extends SimulationInput {
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

/** What has happened so long ago, a client cannot watch from any more: as with a real API server. */
const COMPACTION_MS = 300_000;

/** The embedded cluster for kubectl: its kubeconfig goes to stdout, the operator's log to stderr. */
export async function serve(args: Arguments, input: ServeInput): Promise<void> {
  const { outside, stop, scenario, config, manifests } = input;
  const clock = new VirtualClock({ wallMs: systemClock.wall() });
  const say = (message: string, fields: LogFields) =>
    outside.writeError(renderEntry({ level: "info", message, fields }, clock.wall()));
  const world = new World({
    clock,
    seed: scenario.seed,
    config,
    withOperator: true,
    nodeGroups: scenario.nodeGroups,
    autoscaler: scenario.autoscaler.enabled ? scenario.autoscaler : undefined,
    kubelets: { ...KUBELETS, ...scenario.pods },
    recordsEvents: true,
    onLog: (entry) => outside.writeError(renderEntry(entry, clock.wall())),
    onCloudEvent: ({ what, ...fields }) => say(`cloud: ${what}`, fields),
  });
  await clock.complete(world.start());
  const { cluster } = world;
  await clock.complete(createAll(world, manifests.objects));
  const tell: DirectorDeps["tell"] = (what, about) => say(`scenario: ${what}`, about);
  new Director({ cluster, clock, tell, workloads: workloadsOf(manifests.objects) }).start(scenario);
  const token = crypto.randomUUID();
  const tls = await loopbackCertificate(systemClock.wall());
  const server = serveHttps({ port: args.port, tls, token, handle: cluster.handle });
  outside.write(kubeconfigOf({ url: server.url, cert: tls.cert, token }));
  outside.writeError(`serving the embedded cluster on ${server.url}; its kubeconfig is on stdout\n`);
  const signal = AbortSignal.any([stop, world.signal]);
  const compacting = compactSometimes(world, { clock, signal });
  await pace(clock, { clock: systemClock, speed: () => args.speed, signal });
  await clock.complete(Promise.all([world.stop(), compacting]));
  await server.close();
}

async function compactSometimes(
  { cluster }: World,
  { clock, signal }: { clock: VirtualClock; signal: AbortSignal },
) {
  while (!signal.aborted) {
    await sleep(clock, COMPACTION_MS, signal);
    if (!signal.aborted) cluster.compact();
  }
}

function kubeconfigOf({ url, cert, token }: { url: string; cert: string; token: string }): string {
  return `apiVersion: v1
kind: Config
current-context: embedded
contexts:
  - { name: embedded, context: { cluster: embedded, user: embedded } }
clusters:
  - { name: embedded, cluster: { server: "${url}", certificate-authority-data: ${btoa(cert)} } }
users:
  - { name: embedded, user: { token: ${token} } }
`;
}
