import type { Clock } from "../runtime/clock.ts";
import { refreshingToken, type TokenSource } from "./token.ts";

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

interface ExecCredential {
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string };
}

/**
 * A token from a credential plugin
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 */
export function execToken({ clock, run }: { clock: Clock; run: RunProgram }, config: ExecConfig): TokenSource {
  return refreshingToken(clock, async () => {
    const info = { apiVersion: config.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
    const env = { ...config.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const output = await run(config.command, { args: config.args, env });
    const { status }: ExecCredential = JSON.parse(output);
    if (status?.token === undefined) {
      throw new Error(`Cannot use the credential plugin ${config.command}: its answer has no status.token`);
    }
    const expires = status.expirationTimestamp;
    // A minute early, so that no request carries a token that ends on its way.
    const staleAtMs = expires === undefined
      ? undefined
      : clock.now() + Date.parse(expires) - clock.wall() - 60_000;
    return { token: status.token, staleAtMs };
  });
}
