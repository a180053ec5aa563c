import type { Scene } from "./stage.ts";

/** A pod says of itself that it is ready, or not: no kubelet of a stage says otherwise afterwards. */
export async function setReady(
  { client, namespace }: Scene,
  { pod, isReady }: { pod: string; isReady: boolean },
): Promise<void> {
  await client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${pod}/status`, {
    body: { status: { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] } },
    contentType: "application/strategic-merge-patch+json",
    signal: new AbortController().signal,
  });
}
