import { parse } from "yaml";
import type { ExecConfig } from "./exec_token.ts";

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ as far as it is used here. */
export interface KubeconfigCluster {
  readonly "server"?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

export interface KubeconfigUser {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly "token"?: string;
  readonly "tokenFile"?: string;
  readonly "username"?: string;
  readonly "auth-provider"?: unknown;
  readonly "as"?: string;
  readonly "exec"?: {
    readonly apiVersion?: string;
    readonly command?: string;
    readonly args?: readonly string[] | null;
    readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  };
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly "contexts"?: readonly {
    name: string;
    context: { cluster: string; user: string; namespace?: string };
  }[];
  readonly "clusters"?: readonly { name: string; cluster: KubeconfigCluster }[];
  readonly "users"?: readonly { name: string; user: KubeconfigUser }[];
}

/** What a context stands for. Paths are relative to `folder`. */
export interface SelectedContext {
  readonly cluster: KubeconfigCluster;
  readonly clusterFolder: string;
  readonly user: KubeconfigUser;
  readonly userFolder: string;
  readonly namespace: string | undefined;
}

export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/** The context that is asked for, or the current one; of several files, the first to name a thing wins. */
export function selectContext(files: readonly KubeconfigFile[], wanted: string | undefined): SelectedContext {
  const where = files.map((file) => file.path).join(":");
  const configs = files.map(({ path, text }) => ({ folder: folderOf(path), config: parseFile(path, text) }));
  const name = wanted ?? configs.map(({ config }) => config["current-context"]).find((current) => current);
  if (!name) throw new Error(`Cannot use kubeconfig ${where}: no current-context, and --context is not given`);
  const find = <K extends "contexts" | "clusters" | "users">(list: K, entry: string) => {
    for (const { folder, config } of configs) {
      const found = config[list]?.find((each) => each.name === entry);
      if (found !== undefined) return { folder, found: found as NonNullable<Kubeconfig[K]>[number] };
    }
    throw new Error(`Cannot use kubeconfig ${where}: ${list} has no entry "${entry}"`);
  };
  const { context } = find("contexts", name).found;
  const cluster = find("clusters", context.cluster);
  const user = find("users", context.user);
  return {
    cluster: cluster.found.cluster,
    clusterFolder: cluster.folder,
    user: user.found.user ?? {},
    userFolder: user.folder,
    namespace: context.namespace,
  };
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

function parseFile(path: string, text: string): Kubeconfig {
  try {
    // Its warnings would show the line, and a line can hold a secret.
    const config: unknown = parse(text, { logLevel: "error" });
    if (typeof config === "object" && config !== null) return config;
  } catch (error) {
    throw new Error(`Cannot read kubeconfig ${path}: it is no YAML`, { cause: error });
  }
  throw new Error(`Cannot read kubeconfig ${path}: it holds no mapping`);
}

export function execConfigOf(exec: NonNullable<KubeconfigUser["exec"]>): ExecConfig {
  if (exec.command === undefined) throw new Error("Cannot use the credential plugin: exec.command is missing");
  return {
    apiVersion: exec.apiVersion ?? "client.authentication.k8s.io/v1",
    command: exec.command,
    args: exec.args ?? [],
    env: Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
  };
}
