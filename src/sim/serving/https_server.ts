import { sleep, systemClock } from "../../runtime/clock.ts";
import type { ApiRequest } from "../http/request.ts";
import type { KeyPair } from "./loopback_certificate.ts";

export interface HttpsOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly tls: KeyPair;
  /** What a client has to show: nobody else on this machine is to play with the cluster. */
  readonly token: string;
  readonly handle: (request: ApiRequest) => Promise<Response>;
}

export interface HttpsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves an embedded API server on loopback, for kubectl and the like. */
export function serveHttps({ port, tls, token, handle }: HttpsOptions): HttpsServer {
  const server = Deno.serve({ hostname: "127.0.0.1", port, ...tls, onListen: () => {} }, (request) => {
    if (request.headers.get("authorization") !== `Bearer ${token}`) return refusal();
    return handle(apiRequest(request));
  });
  return { url: `https://127.0.0.1:${server.addr.port}`, close: () => closed(server) };
}

/** Answers have so long to end. What waits for time to pass in the cluster would never. */
const CLOSING_MS = 1_000;

async function closed(server: Deno.HttpServer): Promise<void> {
  const enough = new AbortController();
  const ended = server.shutdown().finally(() => enough.abort());
  await Promise.race([ended, sleep(systemClock, CLOSING_MS, enough.signal)]);
}

function apiRequest(request: Request): ApiRequest {
  const { pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    query: searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    body: () => request.text(),
  };
}

function refusal(): Response {
  const body = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "Unauthorized",
    reason: "Unauthorized",
    code: 401,
  };
  return Response.json(body, { status: 401 });
}
