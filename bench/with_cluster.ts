import { Cluster } from "../tests/e2e/support/cluster.ts";

/** A control plane for as long as `act` takes; an end from outside takes it down as well. */
export async function withCluster<T>(
  options: { nodes: number },
  act: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "spotalis-bench-" });
  const cluster = await Cluster.up(`${folder}/cluster`, options);
  const end = async () => {
    await cluster.down();
    await Deno.remove(folder, { recursive: true });
  };
  const leave = () => void end().finally(() => Deno.exit(1));
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, leave);
  try {
    return await act(cluster);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, leave);
    await end();
  }
}
