import type { Access } from "./credentials.ts";

/** Carries requests to one API server. */
export interface Transport {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Starts with new connections: those that there are may be dead. Requests under way go on. */
  reset(): void;
  close(): void;
}

/**
 * HTTP/1.1 only: bodies over HTTP/2 can hang for ever on a connection that is used again
 * (https://github.com/denoland/deno/issues/21749).
 */
export function httpTransport(access: Access): Transport {
  const create = (caCert: string | undefined) =>
    Deno.createHttpClient({
      http1: true,
      http2: false,
      poolIdleTimeout: 60_000,
      ...(caCert === undefined ? {} : { caCerts: [caCert] }),
      ...(access.clientCertificate ?? {}),
      ...(access.proxyUrl === undefined ? {} : { proxy: { url: access.proxyUrl } }),
    });
  let client: Deno.HttpClient | undefined;
  let trusted = access.caCert;
  const current = async () => {
    const caCert = await access.caFile?.get() ?? access.caCert;
    if (client !== undefined && caCert === trusted) return client;
    const next = create(caCert);
    // Requests under way go on with the old one.
    client?.close();
    trusted = caCert;
    return client = next;
  };
  return {
    async fetch(url, init) {
      const client = await current();
      try {
        return await fetch(url, { ...init, client, redirect: "error" });
      } catch (error) {
        // It may be that the server shows a certificate of a newer CA.
        access.caFile?.invalidate();
        if (String(error).includes("UnsupportedCertVersion")) {
          throw new Error(
            "the client certificate is X.509 version 1, which is refused: issue it as version 3",
            {
              cause: error,
            },
          );
        }
        throw error;
      }
    },
    reset() {
      client?.close();
      client = undefined;
    },
    close() {
      client?.close();
      client = undefined;
    },
  };
}
