import { Cluster } from "./support/cluster.ts";

/**
 * Starts a control plane, runs the end-to-end tests against it, and takes it down:
 * `deno task test:e2e [FILE…]`. With SPOTALIS_E2E_DIR set, that cluster is used and kept.
 */
const kept = Deno.env.get("SPOTALIS_E2E_DIR");
const dir = kept ?? `${await Deno.makeTempDir({ prefix: "spotalis-e2e-" })}/cluster`;
const cluster = kept === undefined ? await Cluster.up(dir) : new Cluster(kept);
const folder = new URL(".", import.meta.url).pathname;
const files = Deno.args.length > 0 ? Deno.args : [folder];
try {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--frozen", "--no-check", "--quiet", "--parallel", "--allow-all", ...files],
    env: { SPOTALIS_E2E_DIR: dir, DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "3" },
  }).spawn();
  // An end from outside goes on to the tests, and the cluster is taken down all the same.
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, () => child.kill(signal));
  Deno.exitCode = (await child.status).code;
} finally {
  if (kept === undefined) await cluster.down();
}
