import { httpTransport } from "../../../src/kube/transport.ts";
import { type Access, findAccess } from "../../../src/kube/credentials.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { CAPACITY_LABEL, type ClusterLike, NODES_EACH } from "../../scenarios/support/stage.ts";
import { runCommand, type RunResult } from "./command.ts";
import { eventually } from "./eventually.ts";

const SCRIPT = new URL("../../../../shared/cluster/cluster", import.meta.url).pathname;
const DEPLOY = new URL("../../../deploy", import.meta.url).pathname;

/** A real control plane on loopback, driven by `../shared/cluster/cluster`. */
export class Cluster implements ClusterLike {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  static async up(dir: string, { nodes = NODES_EACH }: { nodes?: number } = {}): Promise<Cluster> {
    const cluster = new Cluster(dir);
    await cluster.script("up", dir);
    const names = Array.from({ length: nodes }, (_, i) => i);
    await Promise.all(names.flatMap((i) => [
      cluster.script("node", dir, `spot-${i}`, `${CAPACITY_LABEL}=spot`),
      cluster.script("node", dir, `on-demand-${i}`, `${CAPACITY_LABEL}=on-demand`),
    ]));
    // The operator itself runs outside: of deploy/ only what gives it its rights is applied.
    const rights = (await cluster.deployed()).filter((object) =>
      ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].includes(
        object.kind,
      )
    );
    await cluster.apply(...rights);
    return cluster;
  }

  async down(): Promise<void> {
    await this.script("down", this.dir);
  }

  async script(...args: string[]): Promise<RunResult> {
    return await runCommand("bash", [SCRIPT, ...args]);
  }

  /** The API server, or another component, is stopped and started with the same flags. */
  async stop(component: string): Promise<void> {
    await this.script("stop", this.dir, component);
  }

  async start(component: string): Promise<void> {
    await this.script("start", this.dir, component);
    await eventually(async () => void await this.kubectl(["get", "--raw", "/readyz"]), 60_000);
  }

  get kubeconfig(): string {
    return `${this.dir}/kubeconfig`;
  }

  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const { stdout } = await runCommand("kubectl", ["--kubeconfig", this.kubeconfig, ...args], { input });
    return stdout;
  }

  async apply(...objects: Json[]): Promise<void> {
    if (objects.length === 0) return;
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl(["apply", "-f", "-"], JSON.stringify(list));
  }

  async delete(...args: string[]): Promise<void> {
    await this.kubectl(["delete", "--wait=false", "--ignore-not-found", ...args]);
  }

  async remove(target: string, namespace?: string): Promise<void> {
    await this.delete(target, ...namespace === undefined ? [] : ["-n", namespace]);
  }

  async patch(target: string, namespace: string, patch: Json): Promise<void> {
    await this.kubectl(["-n", namespace, "patch", target, "--type=merge", "-p", JSON.stringify(patch)]);
  }

  async get(...args: string[]): Promise<Json> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"]));
  }

  /** What `deploy/` holds, rendered as `kubectl apply -k` would. */
  async deployed(): Promise<Json[]> {
    const { stdout } = await runCommand("kubectl", ["kustomize", DEPLOY]);
    const { parseAllDocuments } = await import("yaml");
    return parseAllDocuments(stdout).map((document) => document.toJS());
  }

  /** A kubeconfig that acts as the ServiceAccount of `deploy/`, in a file; the way may lead through a proxy. */
  async operatorKubeconfig(proxy?: { readonly url: string; readonly caCert: string }): Promise<string> {
    const { stdout } = await this.script("sa-kubeconfig", this.dir, "spotalis-system", "spotalis-controller");
    const path = `${this.dir}/operator-${crypto.randomUUID()}.kubeconfig`;
    const text = proxy === undefined ? stdout : stdout
      .replace(/server: .*/, `server: ${proxy.url}`)
      .replace(/certificate-authority-data: .*/, `certificate-authority-data: ${btoa(proxy.caCert)}`);
    await Deno.writeTextFile(path, text);
    return path;
  }

  async access(): Promise<Access> {
    return await findAccess({
      clock: systemClock,
      readText: (path) => Deno.readTextFile(path),
      exists: () => Promise.resolve(true),
      run: undefined,
    }, { kubeconfig: this.kubeconfig, env: {} });
  }

  /** Our own client, as cluster administrator. */
  async client(): Promise<KubeClient> {
    const access = await this.access();
    return new KubeClient({
      clock: systemClock,
      transport: httpTransport(access),
      server: access.server,
      token: access.token,
      limiter: undefined,
      userAgent: "e2e",
    });
  }
}
