import { X509Certificate } from "node:crypto";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";

export interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** A serving certificate with its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
  readonly expiresMs: number;
}

const POLL_MS = 10_000;

export async function readKeyPair({ certPath, keyPath }: CertificateFiles): Promise<KeyPair> {
  // One after the other, so that of two missing files the same one is named each time.
  const cert = await Deno.readTextFile(certPath);
  const key = await Deno.readTextFile(keyPath);
  return { cert, key, expiresMs: Date.parse(new X509Certificate(cert).validTo) };
}

/** Waits until there is a pair that `serve` can be started with. Undefined: aborted before that. */
export async function waitForKeyPair<T>(
  { clock, log }: { clock: Clock; log: Log },
  { files, serve, signal }: { files: CertificateFiles; serve: (pair: KeyPair) => T; signal: AbortSignal },
): Promise<T | undefined> {
  let said = "";
  while (!signal.aborted) {
    try {
      return serve(await readKeyPair(files));
    } catch (error) {
      // These are about the port, and no certificate mends them.
      const isPort = [Deno.errors.AddrInUse, Deno.errors.PermissionDenied].some((kind) =>
        error instanceof kind
      );
      if (isPort) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (why !== said) log.warn("webhook is not served: no certificate yet", { ...files, why });
      said = why;
    }
    await sleep(clock, POLL_MS, signal);
  }
  return undefined;
}
