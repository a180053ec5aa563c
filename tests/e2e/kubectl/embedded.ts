import type { Json } from "../../scenarios/support/json.ts";
import { commandLine } from "../support/operator.ts";

/** Six nodes like those of the real control plane, and pods that start as quickly as kwok's. */
const SCENARIO = {
  length: "1h",
  nodeGroups: ["spot", "on-demand"].map((name) => ({
    name,
    labels: { "karpenter.sh/capacity-type": name },
    nodes: 3,
    most: 3,
    cpu: "64",
    memory: "256Gi",
    pods: 110,
    pricePerHour: 0.1,
    reclaimsPerHour: 0,
  })),
  autoscaler: { enabled: false },
  pods: { startup: "400ms", startupJitter: "600ms" },
};

/** The manifest that the command asks for: it makes nothing that the script sees. */
const IDLE: Json = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "idle", namespace: "default" },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: "idle" } },
    template: { metadata: { labels: { app: "idle" } }, spec: { containers: [{ name: "main", image: "x" }] } },
  },
};

/** How long a process may take until it serves. */
const START_MS = 30_000;

/** `spotalis simulate --serve`, in a process of its own. */
export class EmbeddedServer {
  readonly kubeconfig: string;
  readonly #child: Deno.ChildProcess;
  readonly #log: Promise<string>;

  private constructor(
    child: Deno.ChildProcess,
    { kubeconfig, log }: { kubeconfig: string; log: Promise<string> },
  ) {
    this.#child = child;
    this.kubeconfig = kubeconfig;
    this.#log = log;
  }

  /** `dir`: for its files. */
  static async start(dir: string): Promise<EmbeddedServer> {
    const [scenario, manifest, kubeconfig] = ["scenario.yaml", "idle.yaml", "embedded.kubeconfig"]
      .map((name) => `${dir}/${name}`) as [string, string, string];
    await Deno.writeTextFile(scenario, JSON.stringify(SCENARIO));
    await Deno.writeTextFile(manifest, JSON.stringify(IDLE));
    const [program, ...args] = commandLine();
    const child = new Deno.Command(program!, {
      args: [...args, "simulate", "-f", manifest, "--serve", "--scenario", scenario],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const log = new Response(child.stderr).text();
    const text = await firstText(child.stdout);
    if (text === undefined) throw new Error(`the embedded cluster did not start:\n${await log}`);
    await Deno.writeTextFile(kubeconfig, text);
    return new EmbeddedServer(child, { kubeconfig, log });
  }

  /** Its exit code, and what it has logged. */
  async stop(): Promise<{ code: number; log: string }> {
    this.#child.kill("SIGTERM");
    const { code } = await this.#child.status;
    return { code, log: await this.#log };
  }
}

/** What comes first; undefined: nothing in time, or nothing at all. */
async function firstText(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string | undefined> {
  const reader = stream.getReader();
  const late = setTimeout(() => reader.cancel(), START_MS);
  const { value } = await reader.read();
  clearTimeout(late);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}
