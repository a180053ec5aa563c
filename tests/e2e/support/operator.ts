import { systemClock } from "../../../src/runtime/clock.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { LogBook, type LogLine } from "../../scenarios/support/log_book.ts";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import { OPERATOR_LABEL, type OperatorLike, UNCAPPED } from "../../scenarios/support/stage.ts";
import { makeServingCertificate } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const TIMER_COUNT = new URL("timer_count.ts", import.meta.url).pathname;
/** The heap limit is that of the binary, see deploy/compile.sh. */
const FLAGS = ["--frozen", "--no-check", "--v8-flags=--max-old-space-size=96,--max-semi-space-size=4"];
const PERMISSIONS = ["--allow-net", "--allow-read", "--allow-env"];

export interface OperatorOptions {
  /** Names the operator's Lease namespace, its webhook configuration and the namespaces it acts in. */
  readonly name: string;
  /** On top of the defaults of the tests. */
  readonly config?: Json;
  readonly env?: Record<string, string>;
  /** False: started without a webhook configuration that points to it. */
  readonly registers?: boolean;
  /** A command that runs the rest of its arguments, such as `unshare`: the operator is started by it. */
  readonly through?: readonly string[];
  /** Instead of one that acts as the ServiceAccount of `deploy/`. */
  readonly kubeconfig?: string;
  /** Started by `deno run`, and its log tells each second how many of its timers wait. */
  readonly countsTimers?: boolean;
}

export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map((listener) => (listener.addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** How the operator is started: `deno run main.ts`, or a compiled binary. */
export function commandLine(): string[] {
  const binary = Deno.env.get("SPOTALIS_E2E_BINARY");
  return binary === undefined ? denoCommandLine() : [binary];
}

function denoCommandLine(...more: string[]): string[] {
  return [Deno.execPath(), "run", ...FLAGS, ...PERMISSIONS, ...more, MAIN];
}

/** A spotalis process that acts as the ServiceAccount of `deploy/`. */
export class Operator implements OperatorLike {
  readonly #book = new LogBook(systemClock);
  readonly #child: Deno.ChildProcess;
  readonly #ports: { readonly webhook: number; readonly metrics: number; readonly health: number };
  readonly #reading: Promise<void>;
  readonly configPath: string;
  readonly kubeconfig: string;
  #hasEnded = false;

  private constructor(
    child: Deno.ChildProcess,
    { ports, configPath, kubeconfig }: {
      ports: { webhook: number; metrics: number; health: number };
      configPath: string;
      kubeconfig: string;
    },
  ) {
    this.#child = child;
    this.#ports = ports;
    this.configPath = configPath;
    this.kubeconfig = kubeconfig;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]).then(() => undefined);
  }

  /** Starts one, and waits until it is ready and leads. */
  static async start(cluster: Cluster, options: OperatorOptions): Promise<Operator> {
    const operator = await Operator.spawn(cluster, options);
    await operator.ready();
    await operator.logged((line) => line.message === "leadership acquired");
    return operator;
  }

  static async spawn(cluster: Cluster, options: OperatorOptions): Promise<Operator> {
    const { name, config = {}, env = {}, registers = true, through = [], countsTimers = false } = options;
    const dir = `${cluster.dir}/${name}-${crypto.randomUUID()}`;
    const certificate = await makeServingCertificate(dir);
    const leaseNamespace = `lease-${name}`;
    await allowLease(cluster, leaseNamespace);
    const kubeconfig = options.kubeconfig ?? await cluster.operatorKubeconfig();
    // Late, since others may take them until they are listened on.
    const [webhook, metrics, health] = freePorts(3) as [number, number, number];
    if (registers) await register(cluster, { name, webhook, caBundle: certificate.caBundle });
    const configPath = `${dir}/config.yaml`;
    const settings = {
      operator: { leaderElection: { namespace: leaseNamespace }, ...config.operator },
      controllers: {
        namespaceSelector: { matchLabels: { [OPERATOR_LABEL]: name } },
        ...config.controllers,
        // Other tests stop the API server of the cluster that all share: to an operator, a storm of nodes.
        disruption: {
          maxEvictionsPerMinute: UNCAPPED,
          holdInStorms: false,
          ...config.controllers?.disruption,
        },
      },
      webhook: { port: webhook, certDir: dir, ...config.webhook },
      observability: {
        metrics: { bindAddress: `127.0.0.1:${metrics}` },
        health: { bindAddress: `127.0.0.1:${health}` },
        ...config.observability,
      },
    };
    await Deno.writeTextFile(configPath, JSON.stringify(settings));
    const own = countsTimers ? denoCommandLine(`--preload=${TIMER_COUNT}`) : commandLine();
    const [program, ...args] = [...through, ...own];
    const child = new Deno.Command(program!, {
      args: [...args, "run", "--config", configPath, "--kubeconfig", kubeconfig],
      env: { ...env, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Operator(child, { ports: { webhook, metrics, health }, configPath, kubeconfig });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get webhookUrl(): string {
    return `https://127.0.0.1:${this.#ports.webhook}/mutate`;
  }

  get healthPort(): number {
    return this.#ports.health;
  }

  /** PEM: the CA of its serving certificate. */
  async caCert(): Promise<string> {
    return await Deno.readTextFile(this.configPath.replace("config.yaml", "ca.crt"));
  }

  async ready(ms = 20_000): Promise<void> {
    const end = Date.now() + ms;
    for (;;) {
      const answer = await this.health("readyz").catch(() => undefined);
      if (answer?.status === 200) return;
      if (Date.now() > end) throw new Error(`operator not ready: ${answer?.text}\n${this.tail()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async health(check: "healthz" | "readyz"): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.health}/${check}`);
    return { status: response.status, text: await response.text() };
  }

  async metric(name: string, labels?: Record<string, string>): Promise<number> {
    return metricSum(await this.metrics(), { name, labels });
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#ports.metrics}/metrics`)).text();
  }

  async cli(...args: string[]): Promise<string> {
    const { runCommand } = await import("./command.ts");
    const [program, ...own] = commandLine();
    const cluster = args[0] === "config" || args[0] === "version" ? [] : ["--kubeconfig", this.kubeconfig];
    const config = args[0] === "version" ? [] : ["--config", this.configPath];
    return (await runCommand(program!, [...own, ...args, ...config, ...cluster])).stdout;
  }

  get log(): readonly LogLine[] {
    return this.#book.lines;
  }

  async logged(is: (line: LogLine) => boolean, ms?: number): Promise<LogLine> {
    return await this.#book.logged(is, ms);
  }

  tail(lines?: number): string {
    return this.#book.tail(lines);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
    if (signal === "SIGKILL") this.#hasEnded = true;
  }

  /** Whether it was killed. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async stop(): Promise<number> {
    this.kill("SIGTERM");
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.ended();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      for (const part of parts) this.#book.add(part);
    }
  }
}

/** A copy of the Role of `deploy/` in a namespace of its own, so that several operators can lead. */
async function allowLease(cluster: Cluster, namespace: string): Promise<void> {
  const roles = (await cluster.deployed()).filter(({ kind }) => kind === "Role" || kind === "RoleBinding");
  await cluster.apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...roles.map((role) => ({ ...role, metadata: { ...role.metadata, namespace } })),
  );
}

/** The webhook configuration of `deploy/`, pointed at loopback and at this operator's namespaces. */
export async function register(
  cluster: Cluster,
  { name, webhook, caBundle }: { name: string; webhook: number; caBundle: string },
): Promise<void> {
  const deployed = (await cluster.deployed()).find(({ kind }) => kind === "MutatingWebhookConfiguration");
  const [hook] = deployed.webhooks;
  const own = { key: OPERATOR_LABEL, operator: "In", values: [name] };
  await cluster.apply({
    ...deployed,
    metadata: { name: `spotalis-${name}` },
    webhooks: [{
      ...hook,
      clientConfig: { url: `https://127.0.0.1:${webhook}/mutate`, caBundle },
      namespaceSelector: { matchExpressions: [...hook.namespaceSelector.matchExpressions, own] },
    }],
  });
}
