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
  const create = () =>
    Deno.createHttpClient({
      http1: true,
      http2: false,
      poolIdleTimeout: 60_000,
      ...(access.caCert === undefined ? {} : { caCerts: [access.caCert] }),
      ...(access.clientCertificate ?? {}),
      ...(access.proxyUrl === undefined ? {} : { proxy: { url: access.proxyUrl } }),
    });
  let client: Deno.HttpClient | undefined;
  return {
    async fetch(url, init) {
      client ??= create();
      try {
        return await fetch(url, { ...init, client, redirect: "error" });
      } catch (error) {
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
