import type { Clock } from "../runtime/clock.ts";
import { bearerToken, refreshingToken, type TokenSource } from "./token.ts";

/** `users[].user.exec` of a kubeconfig. */
export interface ExecConfig {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a program to its end; answers what it wrote to its standard output. */
export type RunProgram = (
  command: string,
  options: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
) => Promise<string>;

/** A minute early, so that no request carries a token that ends on its way. */
const EARLY_MS = 60_000;

/**
 * A token from a credential plugin
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 */
export function execToken({ clock, run }: { clock: Clock; run: RunProgram }, config: ExecConfig): TokenSource {
  const plugin = `the credential plugin ${config.command.slice(0, 200)}`;
  return refreshingToken(clock, async () => {
    const info = { apiVersion: config.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
    const env = { ...config.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const status = statusOf(await run(config.command, { args: config.args, env }), plugin);
    if (status["token"] === undefined) throw new Error(`Cannot use ${plugin}: its answer has no status.token`);
    const token = bearerToken(status["token"], `the answer of ${plugin}`);
    const expires = status["expirationTimestamp"];
    if (expires === undefined || expires === null) return { token, staleAtMs: undefined };
    const expiresMs = Date.parse(String(expires));
    if (Number.isNaN(expiresMs)) {
      throw new Error(`Cannot use ${plugin}: its status.expirationTimestamp is no time`);
    }
    return { token, staleAtMs: clock.now() + expiresMs - clock.wall() - EARLY_MS };
  });
}

/** No error of a parser goes on from here: it shows what it could not read, which may be the token. */
function statusOf(output: string, plugin: string): Readonly<Record<string, unknown>> {
  let answer: { readonly status?: Readonly<Record<string, unknown>> | null } | null;
  try {
    answer = JSON.parse(output);
  } catch {
    throw new Error(`Cannot use ${plugin}: its answer is no JSON`);
  }
  return answer?.status ?? {};
}
