import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import type { Json } from "../../scenarios/support/json.ts";

export interface Asked {
  readonly body?: unknown;
  readonly contentType?: string;
}

/** One request to an embedded API server, without a network in between. */
export function ask(
  cluster: EmbeddedCluster,
  request: string,
  { body, contentType = "application/json" }: Asked = {},
): Promise<Response> {
  const [method, target] = request.split(" ") as [string, string];
  const { pathname, searchParams } = new URL(target, "https://embedded");
  return cluster.handle({
    method,
    path: pathname,
    query: searchParams,
    header: (name) => name === "content-type" && body !== undefined ? contentType : undefined,
    body: () => Promise.resolve(body === undefined ? "" : JSON.stringify(body)),
  });
}

export async function answerOf(...of: Parameters<typeof ask>): Promise<Json> {
  return await (await ask(...of)).json();
}
