import type { Clock } from "../runtime/clock.ts";
import { execToken, type RunProgram } from "./exec_token.ts";
import { execConfigOf, selectContext, type SelectedContext } from "./kubeconfig.ts";
import { bearerToken, fileText, fileToken, staticToken, type TokenSource } from "./token.ts";

/** How to reach an API server, and as whom. */
export interface Access {
  /** Such as `https://10.0.0.1:443`, without a slash at its end. */
  readonly server: string;
  /** PEM, as it was at first. */
  readonly caCert: string | undefined;
  /** As it is now, where it is in a file: CAs are rotated while connections go on. */
  readonly caFile: TokenSource | undefined;
  /** PEM. */
  readonly clientCertificate: { readonly cert: string; readonly key: string } | undefined;
  readonly token: TokenSource | undefined;
  readonly proxyUrl: string | undefined;
  /** That of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** For people: where this came from. */
  readonly source: string;
}

export interface AccessRequest {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined;
  /** `--context`. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

export interface AccessDeps {
  readonly clock: Clock;
  readonly readText: (path: string) => Promise<string>;
  /** Whether there is a file that may be read. */
  readonly exists: (path: string) => Promise<boolean>;
  /** Undefined where programs must not be run. */
  readonly run: RunProgram | undefined;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The name, not the address of KUBERNETES_SERVICE_HOST: permissions can name it beforehand. */
const IN_CLUSTER_SERVER = "https://kubernetes.default.svc";

/** `--kubeconfig`, then KUBECONFIG, then the mounted service account, then ~/.kube/config. */
export async function findAccess(deps: AccessDeps, request: AccessRequest): Promise<Access> {
  const { kubeconfig, context, env } = request;
  if (kubeconfig !== undefined) return await fromKubeconfig(deps, { paths: [kubeconfig], context });
  const paths = (env["KUBECONFIG"] ?? "").split(":").filter((path) => path !== "");
  if (paths.length > 0) return await fromKubeconfig(deps, { paths, context });
  if (context === undefined && await deps.exists(`${SERVICE_ACCOUNT}/token`)) return await inCluster(deps);
  const home = `${env["HOME"] ?? ""}/.kube/config`;
  if (await deps.exists(home)) return await fromKubeconfig(deps, { paths: [home], context });
  throw new Error(
    `Cannot find a cluster: no --kubeconfig, no KUBECONFIG, no service account in ${SERVICE_ACCOUNT}, no ${home}`,
  );
}

async function inCluster(deps: AccessDeps): Promise<Access> {
  return {
    server: IN_CLUSTER_SERVER,
    ...await caIn(deps, `${SERVICE_ACCOUNT}/ca.crt`),
    clientCertificate: undefined,
    token: fileToken(deps, `${SERVICE_ACCOUNT}/token`),
    proxyUrl: undefined,
    namespace: undefined,
    source: `service account in ${SERVICE_ACCOUNT}`,
  };
}

async function fromKubeconfig(
  deps: AccessDeps,
  { paths, context }: { paths: readonly string[]; context: string | undefined },
): Promise<Access> {
  // Of several paths, those that do not exist are passed over, as kubectl has it.
  const existing = paths.length === 1 ? paths : await filterAsync(paths, deps.exists);
  if (existing.length === 0) throw new Error(`Cannot use kubeconfig ${paths.join(":")}: there is no such file`);
  const files = await Promise.all(existing.map(async (path) => ({ path, text: await deps.readText(path) })));
  const selected = selectContext(files, context);
  const { cluster } = selected;
  if (cluster.server === undefined) {
    throw new Error(`Cannot use kubeconfig ${paths}: the cluster has no server`);
  }
  for (const key of ["insecure-skip-tls-verify", "tls-server-name"] as const) {
    if (cluster[key]) throw new Error(`Cannot use kubeconfig ${paths}: ${key} is not supported`);
  }
  return {
    server: serverOf(cluster.server, paths),
    ...await clusterCa(deps, selected),
    clientCertificate: await clientCertificate(deps, selected),
    token: tokenOf(deps, selected),
    proxyUrl: cluster["proxy-url"] === undefined ? undefined : checkedUrl(cluster["proxy-url"], "proxy-url"),
    namespace: selected.namespace,
    source: `kubeconfig ${paths.join(":")}`,
  };
}

/** Credentials in an address would be shown wherever the address is. */
function serverOf(server: string, paths: readonly string[]): string {
  const { username, password } = new URL(checkedUrl(server, "server"));
  if (username !== "" || password !== "") {
    throw new Error(`Cannot use kubeconfig ${paths}: credentials in the server's address are not supported`);
  }
  return server.replace(/\/+$/, "");
}

/** The text, if it is a URL; the error of `URL` itself would show it, and a proxy's may hold a password. */
function checkedUrl(text: string, key: string): string {
  if (!URL.canParse(text)) throw new Error(`Cannot use kubeconfig: ${key} is no URL`);
  return text;
}

/** A file is read again now and then: a CA is rotated, too. */
async function caIn(deps: AccessDeps, path: string): Promise<Pick<Access, "caCert" | "caFile">> {
  return { caCert: await deps.readText(path), caFile: fileText(deps, { path, what: "CA" }) };
}

async function clusterCa(
  deps: AccessDeps,
  { cluster, clusterFolder }: SelectedContext,
): Promise<Pick<Access, "caCert" | "caFile">> {
  const { "certificate-authority-data": data, "certificate-authority": path } = cluster;
  if (!data && path) return await caIn(deps, resolvePath(clusterFolder, path));
  return { caCert: await pem(deps, { folder: clusterFolder, path, data }), caFile: undefined };
}

async function clientCertificate(
  deps: AccessDeps,
  { user, userFolder: folder }: SelectedContext,
): Promise<Access["clientCertificate"]> {
  const cert = await pem(deps, {
    folder,
    path: user["client-certificate"],
    data: user["client-certificate-data"],
  });
  const key = await pem(deps, { folder, path: user["client-key"], data: user["client-key-data"] });
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function tokenOf(deps: AccessDeps, { user, userFolder }: SelectedContext): TokenSource | undefined {
  for (const key of ["username", "auth-provider", "as"] as const) {
    if (user[key] !== undefined) throw new Error(`Cannot use kubeconfig: ${key} of a user is not supported`);
  }
  if (user.tokenFile !== undefined) return fileToken(deps, resolvePath(userFolder, user.tokenFile));
  if (user.token !== undefined) return staticToken(bearerToken(user.token, "the token of the kubeconfig"));
  if (user.exec === undefined) return undefined;
  const config = execConfigOf(user.exec);
  if (deps.run === undefined) {
    throw new Error(
      `Cannot run the credential plugin ${config.command.slice(0, 200)}: this build may not run programs. ` +
        `Use a token, a client certificate, or "deno task start"`,
    );
  }
  return execToken({ clock: deps.clock, run: deps.run }, config);
}

async function pem(
  deps: AccessDeps,
  { folder, path, data }: { folder: string; path: string | undefined; data: string | undefined },
): Promise<string | undefined> {
  if (data !== undefined && data !== "") return decoded(data);
  return path === undefined ? undefined : await deps.readText(resolvePath(folder, path));
}

function decoded(data: string): string {
  try {
    return atob(data);
  } catch {
    throw new Error("Cannot use kubeconfig: a certificate or key is not in base64");
  }
}

function resolvePath(folder: string, path: string): string {
  return path.startsWith("/") ? path : `${folder}/${path}`;
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}
