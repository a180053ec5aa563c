import { parse, YAMLParseError } from "yaml";
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
  readonly "exec"?: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

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

/** Hundreds of clusters; more is no kubeconfig. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** What is used as a text further on. */
const TEXTS = [
  "server",
  "certificate-authority",
  "certificate-authority-data",
  "proxy-url",
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
];

/**
 * The context that is asked for, or the current one; of several files, the first to name a thing wins. No
 * error shows a value: it may be a secret.
 */
export function selectContext(files: readonly KubeconfigFile[], wanted: string | undefined): SelectedContext {
  const where = files.map((file) => file.path).join(":");
  const configs = files.map(({ path, text }) => ({ folder: folderOf(path), config: parseFile(path, text) }));
  const current = configs.map(({ config }) => config["current-context"]).find((each) => each);
  const name = wanted ?? current;
  if (typeof name !== "string" || name === "") {
    throw new Error(`Cannot use kubeconfig ${where}: no current-context, and --context is not given`);
  }
  const find = (list: "contexts" | "clusters" | "users", entry: unknown) => {
    for (const { folder, config } of configs) {
      const entries = config[list];
      const found = Array.isArray(entries)
        ? entries.find((each) => fieldsOf(each)["name"] === entry)
        : undefined;
      if (found !== undefined) return { folder, fields: fieldsOf(fieldsOf(found)[list.slice(0, -1)]) };
    }
    throw new Error(
      `Cannot use kubeconfig ${where}: ${list} has no entry ${JSON.stringify(entry)?.slice(0, 300)}`,
    );
  };
  const context = find("contexts", name).fields;
  const cluster = find("clusters", context["cluster"]);
  const user = find("users", context["user"]);
  for (const [key, value] of [...Object.entries(cluster.fields), ...Object.entries(user.fields)]) {
    if (TEXTS.includes(key) && typeof value !== "string") {
      throw new Error(`Cannot use kubeconfig ${where}: ${key} is no text`);
    }
  }
  const namespace = context["namespace"];
  return {
    cluster: cluster.fields as KubeconfigCluster,
    clusterFolder: cluster.folder,
    user: user.fields as KubeconfigUser,
    userFolder: user.folder,
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

/** An object's own fields; none where it is no object. Fields without a value are as if they were not there. */
function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const entries = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

function parseFile(path: string, text: string): Fields {
  if (text.length > MOST_CHARACTERS) throw new Error(`Cannot read kubeconfig ${path}: it is too long`);
  let config: unknown;
  try {
    // Warnings, pretty errors and messages show what is in the file. Its keys are not compared, each with each.
    config = parse(text, { logLevel: "error", prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    const line = error instanceof YAMLParseError
      ? ` (line ${text.slice(0, error.pos[0]).split("\n").length})`
      : "";
    throw new Error(`Cannot read kubeconfig ${path}: it is no YAML${line}`);
  }
  if (typeof config === "object" && config !== null) return fieldsOf(config);
  throw new Error(`Cannot read kubeconfig ${path}: it holds no mapping`);
}

export function execConfigOf(exec: Fields): ExecConfig {
  const { apiVersion, command, args, env } = exec;
  if (typeof command !== "string" || command === "") {
    throw new Error("Cannot use the credential plugin: exec.command is missing");
  }
  const variables = listOf(env, "exec.env").map(fieldsOf).map(({ name, value }) => [name, value]);
  if (variables.flat().some((each) => typeof each !== "string")) {
    throw new Error("Cannot use the credential plugin: exec.env has to hold names with values");
  }
  const texts = listOf(args, "exec.args");
  if (texts.some((each) => typeof each !== "string")) {
    throw new Error("Cannot use the credential plugin: exec.args has to hold texts");
  }
  return {
    apiVersion: typeof apiVersion === "string" ? apiVersion : "client.authentication.k8s.io/v1",
    command,
    args: texts as string[],
    env: Object.fromEntries(variables),
  };
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`Cannot use the credential plugin: ${what} has to be a list`);
  return value;
}
